"""What another authority updates or ends is an update or an end here, not a new warning."""

import pytest

from tiengmo.alerts.actions import (
    dismiss_proposal,
    draft_all_clear,
    draft_update,
    fetch_feed,
    second_alert,
    take_in,
)
from tiengmo.alerts.models import Feed, Proposal
from tiengmo.alerts.queries import open_proposals, warned_because_of
from tiengmo.people.tests.factories import sign_in

from .conftest import PASSPHRASE
from .factories import GIVEN, composed, issued, make_ready
from .test_take_in_others import cap, served

pytestmark = pytest.mark.django_db
FIRST = "kttv@example.vn,KTTV-1,2026-11-22T08:00:00+07:00"
SECOND = "kttv@example.vn,K-2,2026-11-22T08:00:00+07:00"


@pytest.fixture
def feed(db):
    return Feed.objects.create(name="Đài khí tượng", url="https://kttv.example.vn/cap.atom")


def all_clear(**more):
    later = b"2026-11-22T09:00:00+07:00"
    said = cap(identifier="K-9", **more).replace(
        b"2026-11-22T08:00:00+07:00</sent>", later + b"</sent>"
    )
    return said.replace(b"<urgency>", b"<responseType>AllClear</responseType><urgency>")


def open_to(person):
    return [one.identifier for one in open_proposals(person)]


@pytest.mark.parametrize("kind", ["Alert", "Update", "Cancel"])
@pytest.mark.parametrize("references", [FIRST, ""], ids=["named", "unnamed"])
def test_an_all_clear_is_no_warning(here, feed, kind, references):
    take_in(feed, cap())
    assert open_to(here.composer) == ["KTTV-1"]
    assert take_in(feed, all_clear(kind=kind, references=references)) is None
    assert open_to(here.composer) == [], "nobody warned, so there is nothing to end"


@pytest.mark.parametrize("references", [FIRST, ""], ids=["named", "unnamed"])
def test_an_all_clear_is_told_to_who_warned(here, feed, references):
    proposal = take_in(feed, cap())
    alert = issued(here, proposal=proposal)
    told = take_in(feed, all_clear(kind="Update", references=references))
    assert warned_because_of(told) == [alert]
    assert open_to(here.composer) == ["K-9"]
    clear = make_ready(draft_all_clear(alert, by=here.composer))
    sign_and_send(here, clear)
    assert open_to(here.composer) == []
    assert open_to(here.next_door) == []


def sign_and_send(here, alert):
    from tiengmo.alerts.actions import compose_alert

    compose_alert(alert, by=here.composer, passphrase=PASSPHRASE)
    return second_alert(alert, by=here.above, passphrase=PASSPHRASE)


def test_a_cancellation_without_words_is_told_as_well(here, feed):
    proposal = take_in(feed, cap())
    issued(here, proposal=proposal)
    said = cap(identifier="K-4", kind="Cancel", references=FIRST)
    bare = said[: said.index(b"<info>")] + b"</alert>"
    told = take_in(feed, bare)
    assert told.areas == proposal.areas
    assert told.facts["headline"] == "Mưa lớn diện rộng"
    assert open_to(here.composer) == ["K-4"]


def test_an_all_clear_for_another_danger_or_place_ends_nothing(here, feed):
    code = f"<geocode><valueName>VN-GSO</valueName><value>{here.other.code}</value></geocode>"
    area = f"<geocode><valueName>VN-GSO</valueName><value>{here.commune.code}</value></geocode>"
    take_in(feed, cap(area=area))
    take_in(feed, all_clear(area=code))
    assert open_to(here.composer) == ["KTTV-1"]
    other = all_clear(area=area).replace("Mưa lớn</event>".encode(), "Rét hại</event>".encode())
    take_in(feed, other.replace(b"K-9", b"K-10"))
    assert open_to(here.composer) == ["KTTV-1"]
    # Nor one of somebody else, nor a test.
    take_in(feed, all_clear(sender="ke.gian@example.vn", references=FIRST))
    take_in(feed, all_clear(status="Test", references=FIRST).replace(b"K-9", b"K-11"))
    assert open_to(here.composer) == ["KTTV-1"]


def test_an_update_takes_the_place_of_what_it_updates(here, feed):
    take_in(feed, cap())
    take_in(feed, cap(identifier="K-2", kind="Update", references=FIRST))
    assert open_to(here.composer) == ["K-2"]
    # The end names the update only: the first is over all the same.
    take_in(feed, all_clear(references=SECOND))
    assert open_to(here.composer) == []
    assert not Proposal.objects.filter(identifier__in=["KTTV-1", "K-2"], state="open").exists()


def test_feeds_list_the_newest_first(here, feed):
    """The update is read before the message that it updates."""
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="2.xml"/></entry>'
        b'<entry><link href="1.xml"/></entry></feed>'
    )
    client = served(
        {
            feed.url: atom,
            "https://kttv.example.vn/2.xml": cap(identifier="K-2", kind="Update", references=FIRST),
            "https://kttv.example.vn/1.xml": cap(),
        }
    )
    assert [one.identifier for one in fetch_feed(feed, client=client)] == ["K-2"]
    assert open_to(here.composer) == ["K-2"]


def test_their_update_updates_our_alert(here, feed, client):
    alert = issued(here, proposal=take_in(feed, cap()))
    told = take_in(feed, cap(identifier="K-2", kind="Update", references=FIRST))
    assert warned_because_of(told) == [alert]
    sign_in(client, here.composer)
    page = client.get(f"/quan-tri/canh-bao/tin/{told.pk}/").content.decode()
    assert f"/canh-bao/{alert.pk}/cap-nhat/?proposal={told.pk}" in page
    newer = make_ready(
        draft_update(alert, by=here.composer, areas=alert.areas, given=GIVEN, proposal=told)
    )
    newer = sign_and_send(here, newer)
    assert open_to(here.composer) == []
    # And the end of it is told for the version that stands now.
    ended = take_in(feed, all_clear(references=SECOND))
    assert warned_because_of(ended) == [newer]
    page = client.get(f"/quan-tri/canh-bao/tin/{ended.pk}/").content.decode()
    assert f"/canh-bao/{newer.pk}/" in page
    assert "Soạn cảnh báo cho địa bàn này" not in page
    assert "Báo hết nguy hiểm" in client.get("/quan-tri/canh-bao/").content.decode()
    dismiss_proposal(ended, by=here.composer)
    assert open_to(here.composer) == []


def test_an_alert_that_was_never_issued_is_not_ended(here, feed):
    composed(here, proposal=take_in(feed, cap()))
    take_in(feed, all_clear(references=FIRST))
    assert open_to(here.composer) == []
