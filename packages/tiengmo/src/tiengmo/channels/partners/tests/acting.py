"""What a test of partners does: let in, subscribe, put out, run the worker."""

from django.utils import timezone

from tiengmo.channels.partners.actions import save_partner
from tiengmo.channels.partners.handlers import settle_delivery
from tiengmo.channels.partners.models import Partner, Push, Subscription
from tiengmo.channels.partners.sending import running
from tiengmo.channels.tests import going_out
from tiengmo.outbox.registry import Later
from tiengmo.people.tests.factories import UserFactory
from tiengmo.releases.models import Delivery

HUB = "/he-thong-ban/hub"
TOPIC = "/he-thong-ban/tin.atom"


def let_in(origin, **fields):
    administrator = UserFactory(is_superuser=True)
    wanted = {
        "name": "Báo tỉnh",
        "contact_name": "Toà soạn",
        "contact": "toasoan@bao.example.vn",
        "topics": ["tin"],
        "origin": origin,
        "requests_per_second": 100,
    }
    made = save_partner(Partner(), by=administrator, **(wanted | fields))
    Partner.objects.update(tokens=100)
    return made


def ask(client, subscriber, settings, *, mode="subscribe", topic=TOPIC, **more):
    sent = {
        "hub.mode": mode,
        "hub.topic": f"{settings.PUBLIC_URL}{topic}",
        "hub.callback": subscriber.callback,
        "hub.secret": subscriber.secret,
    }
    return client.post(HUB, sent | {f"hub.{name}": value for name, value in more.items()})


def run():
    """One run of the worker: the seconds after which it must run again, or None."""
    try:
        running.send_due()
    except Later as later:
        return later.seconds
    return None


def run_now():
    """A run in which every wait is over."""
    Partner.objects.update(paused_until=None, tokens=100)
    Push.objects.filter(state=Push.State.WAITING).update(due_at=timezone.now())
    Subscription.objects.exclude(wanted="").update(asked_due_at=timezone.now())
    return run()


def put_out(commune, title="Tiêm phòng ở trạm xá", **fields):
    return going_out.put_out(commune, "partners", title=title, **fields)


def settled(release):
    for delivery in Delivery.objects.filter(release=release):
        settle_delivery({"delivery": str(delivery.pk)})
    return release.deliveries.get()


def states():
    return sorted(Push.objects.values_list("kind", "state"))
