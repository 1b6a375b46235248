"""Other authorities' messages: what touches us is proposed, what is hostile is refused."""

import gzip
from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from tiengmo.alerts.actions import dismiss_proposal, fetch_feed, second_alert, take_in
from tiengmo.alerts.cap.reading import read_alert, read_feed
from tiengmo.alerts.errors import HostileXml
from tiengmo.alerts.models import Alert, Feed, Proposal, Status
from tiengmo.alerts.queries import open_proposals
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory
from tiengmo.speakers.models import RetainedMessage

from .conftest import PASSPHRASE
from .factories import composed, drafted, issued
from .test_write_cap import written

pytestmark = pytest.mark.django_db
CIRCLE = "<circle>22.6,103.7 5</circle>"


def cap(*, identifier="KTTV-1", sender="kttv@example.vn", area=CIRCLE, kind="Alert", **more):
    expires = (timezone.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    references = more.get("references", "")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier>
<sender>{sender}</sender><sent>2026-11-22T08:00:00+07:00</sent>
<status>{more.get("status", "Actual")}</status><msgType>{kind}</msgType><scope>Public</scope>
{references and f"<references>{references}</references>"}
<info><language>vi-VN</language><category>Met</category><event>Mưa lớn</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>
<expires>{expires}</expires><headline>Mưa lớn diện rộng</headline>
<area><areaDesc>Bát Xát</areaDesc>{area}</area></info></alert>""".encode()


@pytest.fixture
def feed(db):
    return Feed.objects.create(name="Đài khí tượng", url="https://kttv.example.vn/cap.atom")


def test_what_touches_us_is_proposed_and_nothing_is_broadcast(here, feed):
    proposal = take_in(feed, cap())
    assert proposal.areas == [here.district.code]
    assert [one.pk for one in open_proposals(here.composer)] == [proposal.pk]
    assert not RetainedMessage.objects.filter(topic__contains="/alerts/").exists()
    assert not Alert.objects.exists()
    assert take_in(feed, cap()) is None
    assert Proposal.objects.count() == 1


def test_by_polygon_and_by_code(here, feed):
    square = "<polygon>22.5,103.6 22.5,103.8 22.7,103.8 22.7,103.6 22.5,103.6</polygon>"
    assert take_in(feed, cap(area=square)).areas == [here.district.code]
    code = f"<geocode><valueName>VN-GSO</valueName><value>{here.other.code}</value></geocode>"
    found = take_in(feed, cap(identifier="K-2", area=code))
    assert found.areas == [here.other.code]
    # The neighbours' alert is not our commune's business.
    assert found not in open_proposals(here.composer)


def test_far_away_and_tests_are_not_shown(here, feed):
    assert take_in(feed, cap(area="<circle>10.0,106.0 20</circle>")) is None
    assert take_in(feed, cap(identifier="K-3", status="Test")) is None
    assert open_proposals(here.composer) == []


def test_a_cancel_takes_the_proposal_away_and_only_its_sender_may(here, feed):
    take_in(feed, cap())
    reference = "kttv@example.vn,KTTV-1,2026-11-22T08:00:00+07:00"
    take_in(
        feed,
        cap(identifier="K-9", sender="ke.gian@example.vn", kind="Cancel", references=reference),
    )
    assert open_proposals(here.composer)
    take_in(feed, cap(identifier="K-4", kind="Cancel", references=reference))
    assert open_proposals(here.composer) == []


def test_an_alert_made_of_a_proposal_uses_it_up(here, feed):
    proposal = take_in(feed, cap())
    issued(here, proposal=proposal, status=Status.EXERCISE)
    assert proposal in open_proposals(here.composer)
    issued(here, proposal=proposal)
    # The neighbours have not been warned yet.
    assert proposal not in open_proposals(here.composer)
    assert proposal in open_proposals(here.next_door)
    alert = composed(here, by=here.next_door, areas=[here.other.code], proposal=proposal)
    second_alert(alert, by=here.above, passphrase=PASSPHRASE)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.USED


def test_one_commune_leaves_it_aside_for_itself_only(here, feed):
    proposal = take_in(feed, cap())
    for person in (here.editor, UserFactory(administrator=here.district)):
        with pytest.raises(NotAllowed):
            dismiss_proposal(proposal, by=person)
    dismiss_proposal(proposal, by=here.composer)
    assert proposal not in open_proposals(here.colleague)
    assert proposal in open_proposals(here.next_door)
    assert proposal in open_proposals(here.above)
    with pytest.raises(NotAllowed):
        dismiss_proposal(proposal, by=here.composer)
    dismiss_proposal(proposal, by=here.above)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.DISMISSED


def test_a_feed_cannot_take_anothers_message(here, feed):
    """An aggregator gives a message of its own the name of one that is to come."""
    worse = Feed.objects.create(name="Trang tổng hợp", url="https://gom.example.vn/cap.atom")
    take_in(worse, cap(area="<circle>10.0,106.0 20</circle>"))
    assert take_in(feed, cap()) is not None


def test_what_we_write_we_can_read(here):
    alert = issued(here)
    theirs = read_alert(written(alert))
    assert theirs.identifier == alert.identifier
    assert theirs.best_info().geocodes == [("VN-GSO", here.commune.code)]
    assert drafted(here)


BOMB = (
    b'<!DOCTYPE a [<!ENTITY x0 "ha">'
    + b"".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">'.encode() for n in range(1, 10))
    + b"]><alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'>&x9;</alert>"
)
HOSTILE = {
    "an outside file": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><alert>&e;</alert>',
    "an outside dtd": b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><alert/>',
    "billion laughs": BOMB,
    "utf-16 billion laughs": BOMB.decode().encode("utf-16"),
    "an empty doctype": b"<!DOCTYPE alert><alert/>",
    "cap 1.1": cap().replace(b"cap:1.2", b"cap:1.1"),
    "no namespace": cap().replace(b' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', b""),
    "another root": b"<html><body>404</body></html>",
    "fifty megabytes": b"<alert>" + b"x" * 50 * 1024 * 1024 + b"</alert>",
    "too deep": b"<a>" * 5000 + b"</a>" * 5000,
    "too many": b"<a>" + b"<b/>" * 30_000 + b"</a>",
    "cut off": cap()[:-20],
    "nothing": b"",
    "not text": bytes(range(256)),
    "a wrong instant": cap().replace(b"2026-11-22T08:00:00+07:00", b"2026-13-22T08:00:00+07:00"),
    "the first year": cap().replace(b"2026-11-22T08:00:00+07:00", b"0001-01-01T00:00:00+07:00"),
    "the last year": cap().replace(b"2026-11-22T08:00:00+07:00", b"9999-12-31T23:59:59-14:00"),
    "zulu time": cap().replace(b"2026-11-22T08:00:00+07:00", b"2026-11-22T08:00:00Z"),
    "an unknown status": cap(status="Real"),
    "an identifier with a comma": cap(identifier="a,b"),
    "no event": cap().replace("<event>Mưa lớn</event>".encode(), b""),
    "an open polygon": cap(area="<polygon>22.5,103.6 22.5,103.8 22.7,103.8</polygon>"),
    "a polygon of words": cap(area="<polygon>here there</polygon>"),
    "a polygon off the globe": cap(area="<polygon>122,103 122,104 123,104 122,103</polygon>"),
    "a circle without a radius": cap(area="<circle>22.6,103.7</circle>"),
    "a circle of nan": cap(area="<circle>nan,103.7 5</circle>"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_with_a_reason(here, feed, name):
    with pytest.raises(HostileXml) as refused:
        take_in(feed, HOSTILE[name])
    assert len(str(refused.value)) > 10
    assert not Proposal.objects.exists()


def served(pages):
    def answer(request):
        body = pages.get(str(request.url))
        return (
            httpx.Response(404)
            if body is None
            else httpx.Response(200, stream=httpx.ByteStream(body))
        )

    return httpx.Client(transport=httpx.MockTransport(answer))


ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom">
<entry><link href="https://kttv.example.vn/1.xml" type="application/cap+xml"/></entry>
<entry><link href="2.xml"/></entry>
<entry><link href="http://127.0.0.1:6379/"/></entry>
<entry><link href="https://kttv.example.vn/bomb.xml"/></entry></feed>"""


def test_a_feed_is_read_and_one_bad_message_stops_nothing(here, feed):
    client = served(
        {
            feed.url: ATOM,
            "https://kttv.example.vn/1.xml": cap(),
            "https://kttv.example.vn/2.xml": cap(identifier="K-2"),
            "https://kttv.example.vn/bomb.xml": BOMB,
        }
    )
    assert len(fetch_feed(feed, client=client)) == 2
    feed.refresh_from_db()
    assert "bomb.xml" in feed.error
    assert "127.0.0.1" not in feed.error  # never asked
    assert fetch_feed(feed, client=client) == []


def test_what_is_refused_keeps_nothing_behind_it_waiting(here, feed):
    """Forty bad entries come first: the good one is read in the next round."""
    entries = "".join(f'<entry><link href="bad{n}.xml"/></entry>' for n in range(40))
    listed = (
        f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}'
        '<entry><link href="1.xml"/></entry></feed>'
    ).encode()
    asked = []

    def answer(request):
        asked.append(str(request.url))
        if "bad0." in asked[-1]:
            raise httpx.ConnectError("gone")
        if "bad1." in asked[-1]:
            far = cap().replace(b"2026-11-22T08:00:00+07:00", b"0001-01-01T00:00:00+07:00")
            return httpx.Response(200, stream=httpx.ByteStream(far))
        bodies = {feed.url: listed, "https://kttv.example.vn/1.xml": cap()}
        body = bodies.get(asked[-1], BOMB)
        return httpx.Response(200, stream=httpx.ByteStream(body))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    assert fetch_feed(feed, client=client) == []
    assert len(asked) > 20
    assert len(fetch_feed(feed, client=client)) == 1
    assert len(asked) == len(set(asked)) + 1  # the feed itself, twice
    feed.refresh_from_db()
    soon = (timezone.now() + timedelta(minutes=11)).isoformat()
    assert [link for link, end in feed.refused.items() if end < soon] == [asked[1]]
    Feed.objects.update(refused={asked[1]: timezone.now().isoformat()})
    fetch_feed(feed, client=client)
    assert asked.count(asked[1]) == 2


def test_a_feed_that_is_one_message_is_read_again(here, feed):
    first = served({feed.url: cap()})
    assert len(fetch_feed(feed, client=first)) == 1
    assert fetch_feed(feed, client=first) == []
    assert len(fetch_feed(feed, client=served({feed.url: cap(identifier="K-2")}))) == 1


def test_what_is_packed_is_not_unpacked(here, feed):
    def answer(request):
        assert request.headers["accept-encoding"] == "identity"
        packed = gzip.compress(b"<feed>" + b" " * 50 * 1024 * 1024)
        return httpx.Response(
            200, stream=httpx.ByteStream(packed), headers={"content-encoding": "gzip"}
        )

    assert fetch_feed(feed, client=httpx.Client(transport=httpx.MockTransport(answer))) == []
    feed.refresh_from_db()
    assert "XML" in feed.error


def test_a_feed_that_is_down_says_so(here, feed):
    assert fetch_feed(feed, client=served({})) == []
    feed.refresh_from_db()
    assert "404" in feed.error


def test_rss_and_a_single_message_are_feeds_too():
    rss = b"<rss><channel><item><link>https://a.vn/1.xml</link></item></channel></rss>"
    assert read_feed(rss, url="https://a.vn/rss") == ["https://a.vn/1.xml"]
    assert read_feed(cap(), url="https://a.vn/x") == ["https://a.vn/x"]
    with pytest.raises(HostileXml):
        read_feed(b"<html/>", url="https://a.vn/x")


def test_only_the_named_sender(here, feed):
    feed.sender = "nguoi.khac@example.vn"
    with pytest.raises(HostileXml, match="Người gửi"):
        take_in(feed, cap())
