"""What the worker and the people around a bulletin do in these tests."""

from tiengmo.channels.actions import carry, deliver
from tiengmo.channels.messages.handlers import settle_delivery
from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.sealing import callback_token
from tiengmo.channels.messages.sending import running
from tiengmo.outbox.registry import Later
from tiengmo.releases.models import Delivery
from tiengmo.releases.tests.factories import ReleaseFactory, RenditionFactory

NEWS = "Mai 8 giờ tiêm phòng ở trạm xá."


def put_out(village, *, text=NEWS, headline="", **fields):
    wanted = {"unit": village.unit, "audience": [village.unit.code], "channels": ["sms"]}
    release = ReleaseFactory(**(wanted | fields))
    told = {"headline": headline} if headline else {}
    RenditionFactory(release=release, short_text=text, **told)
    carry(release)
    for code in release.channels:
        deliver(release, code)
    release.refresh_from_db()
    return release


def run(via="sms"):
    """Runs of the worker until it has to wait; for how many seconds, or None."""
    while True:
        try:
            running.send_due(via)
        except Later as later:
            if later.seconds > 0:
                return later.seconds
        else:
            return None


def settled(release):
    for delivery in Delivery.objects.filter(release=release):
        settle_delivery({"delivery": str(delivery.pk)})
    return release.deliveries.get()


def states():
    return sorted(Message.objects.values_list("state", flat=True))


def report(client, message, **said):
    given = {"SMSID": message.reference, "RequestId": str(message.pk), "SendStatus": "5"}
    return client.get(
        f"/tin-nhan/bao/{callback_token(message.provider_id)}/",
        given | {"SendSuccess": "1"} | said,
    )
