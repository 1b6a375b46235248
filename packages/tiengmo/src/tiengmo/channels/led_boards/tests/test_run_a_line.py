"""A bulletin's headline runs on the boards of its area, is proved, and is taken down again."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from speaker_link import envelope, topics
from speaker_link.boards import TextReport as Told
from speaker_link.boxes import compose_from_box, sign_as_box
from speaker_link.messages import StationVersion, Status

from tiengmo.audit.actors import SYSTEM
from tiengmo.channels import health, registry
from tiengmo.channels.led_boards import rules
from tiengmo.channels.led_boards.handlers import close, roll
from tiengmo.channels.led_boards.models import BoardLine
from tiengmo.channels.registry import Forms, Standing
from tiengmo.channels.tests.going_out import corrected, put_out, rows, told, withdrawn
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.models import Receipt
from tiengmo.speakers import keys
from tiengmo.speakers.actions import issue_station_key, set_up_keys
from tiengmo.speakers.actions.ingest import Arrival, ingest
from tiengmo.speakers.judging import judge_as_box
from tiengmo.speakers.models import KeyPurpose, RetainedMessage, StationKey, TextReport
from tiengmo.speakers.tests.factories import BoxFactory

pytestmark = pytest.mark.django_db
WAITING, BACK = Standing.WAITING, Standing.TAKEN_BACK


@pytest.fixture
def commune():
    return UnitFactory(in_district=True)


@pytest.fixture
def village(commune):
    return VillageFactory(unit=commune, households=80, languages=["vi"])


@pytest.fixture
def no_keys(settings, tmp_path):
    settings.KEYS = tmp_path / "keys"
    settings.KEYS.mkdir()
    keys._read_private.cache_clear()


@pytest.fixture
def station_keys(no_keys, commune):
    set_up_keys(by=SYSTEM)
    issue_station_key(commune, by=SYSTEM)


@pytest.fixture
def board(village, station_keys):
    return BoxFactory(
        village=village, is_online=True, board="file", last_seen_at=timezone.now(), session=1
    )


def standing(commune):
    """What is retained for a station's boards, as anybody may read it."""
    row = RetainedMessage.objects.get(topic=topics.text(commune.code))
    return envelope.peek(row.payload)


def says(box, body, topic, *, sequence=1, report="r1"):
    message = compose_from_box(
        body, now=datetime.now(UTC), box=box.serial, session=1, sequence=sequence, id=report
    )
    text = sign_as_box(message, box.private_key)
    return ingest([Arrival(topic, text.encode(), timezone.now())])


def shown(box, release, *, state="shown", report="r1", **changes):
    at = timezone.now()
    values = {"text": "Mai tiem phong", "language": "vi", "started_at": at, "times": 1}
    values |= {"shown_ms": 8000} | changes
    if state == "missed":
        values = {"ended_at": at} | changes
    if state == "over":
        values["ended_at"] = at
    body = Told(line_id=str(release.pk), station=release.unit.code, state=state, **values)
    return says(box, body, topics.reports(box.serial), report=report)


def goes_by(box, commune, version, sequence):
    body = Status(
        state="online",
        agent_version="1",
        board="file",
        texts=[StationVersion(station=commune.code, version=version)],
    )
    says(box, body, topics.status(box.serial), sequence=sequence, report=f"s{sequence}")


def test_an_editor_releases_and_the_boards_of_the_area_are_told(commune, village, board):
    BoxFactory(village=village, is_online=True)  # without a board: none of this channel's business
    elsewhere = BoxFactory(board="tcp", village__unit=UnitFactory(in_district=True))
    release = put_out(commune, "led")
    (delivery,) = release.deliveries.all()
    assert delivery.target == board.serial != elsewhere.serial
    message = standing(commune)
    (line,) = message.body.lines
    assert line.id == str(release.pk)
    assert line.editions[0].text.endswith("Mai 8 giờ tiêm phòng.")
    assert [(one.starts, one.ends) for one in line.hours] == [("05:00", "22:00")]
    # A box of the area judges it good, under a key that may say this and nothing else.
    row = RetainedMessage.objects.get(topic=topics.text(commune.code))
    assert judge_as_box(row.payload, topic=row.topic).body == message.body
    assert StationKey.objects.filter(purpose=KeyPurpose.BOARD).count() == 1


def test_what_stood_on_the_board_is_proof_once(board, commune):
    release = put_out(commune, "led")
    for _ in range(2):
        taken = shown(board, release)
        assert taken.stored[board.serial] == ["r1"]
    (receipt,) = Receipt.objects.all()
    assert (receipt.households_lo, receipt.households_hi) == (0, 80)
    assert "không ai đếm" in str(registry.method_text(receipt.method))
    delivery = release.deliveries.get()
    assert delivery.status == "delivered"
    shown(board, release, state="over", reason="window", report="r2", times=90, shown_ms=720_000)
    delivery.refresh_from_db()
    assert delivery.detail == "Đã hiện 90 lượt, tổng 12 phút."
    assert TextReport.objects.count() == 2


def test_a_withdrawn_line_is_signed_away_and_confirmed_by_the_box_itself(board, commune):
    release = put_out(commune, "led")
    goes_by(board, commune, standing(commune).body.version, 2)
    shown(board, release)
    withdrawn(release)
    after = standing(commune)
    assert after.body.lines == []
    assert told(release, "led") == {WAITING: 1}
    goes_by(board, commune, after.body.version, 3)
    assert told(release, "led") == {BACK: 1}
    (row,) = rows(release, "led")
    assert row.by == "bảng chữ báo đã gỡ"
    assert row.since is not None


def test_a_board_that_was_away_confirms_nothing_when_its_window_is_over(board, commune):
    release = put_out(commune, "led", window_end_at=timezone.now() + timedelta(hours=5))
    shown(board, release)
    withdrawn(release)
    with time_machine.travel(timezone.now() + timedelta(hours=6), tick=False):
        (row,) = rows(release, "led")
    assert (row.standing, row.by) == (BACK, "hết giờ hiện của dòng chữ")
    assert row.since == release.window_end_at


def test_a_line_written_while_its_bulletin_is_being_withdrawn_never_stands(board, commune):
    release = put_out(commune, "led")
    BoardLine.objects.all().delete()
    withdrawn(release)
    channel().deliver(release, list(release.deliveries.all()))
    assert standing(commune).body.lines == []
    assert BoardLine.objects.get().first_version is None


def test_a_correction_replaces_the_line(board, commune):
    release = put_out(commune, "led")
    shown(board, release)
    newer = corrected(release)
    (line,) = standing(commune).body.lines
    assert line.id == str(newer.pk)
    assert told(release, "led") == {WAITING: 1}
    shown(board, release, state="over", reason="withdrawn", report="r2")
    assert told(release, "led") == {BACK: 1}


def test_a_board_that_showed_nothing_says_why(board, commune):
    release = put_out(commune, "led")
    shown(board, release, state="missed", reason="board_failed")
    delivery = release.deliveries.get()
    assert (delivery.status, delivery.reason) == ("failed_permanently", "board_silent")
    silent = put_out(commune, "led", source_id="another")
    close({"release": str(silent.pk)})
    assert silent.deliveries.get().status == "failed_permanently"
    # Back late, it proves that it did.
    shown(board, silent, report="r9")
    assert silent.deliveries.get().status == "delivered"


def test_a_running_system_gains_the_key_without_touching_those_in_use(no_keys, village, commune):
    set_up_keys(by=SYSTEM)
    StationKey.objects.filter(purpose=KeyPurpose.BOARD).delete()  # as it was before
    before = set(StationKey.objects.values_list("kid", "certificate"))
    BoxFactory(village=village, is_online=True, board="tcp")
    release = put_out(commune, "led")
    delivery = release.deliveries.get()
    assert (delivery.status, delivery.reason) == ("pending", "no_board_key")
    assert "speakers keys init" in delivery.detail
    (found,) = [one for one in health.board() if one.own.name == "Bảng chữ điện tử"]
    assert [line.state for line in found.behind] == ["healthy", "failing"]
    (issued,) = set_up_keys(by=SYSTEM)
    assert issued.purpose == KeyPurpose.BOARD
    assert before < set(StationKey.objects.values_list("kid", "certificate"))
    roll({})
    assert [line.id for line in standing(commune).body.lines] == [str(release.pk)]


def test_a_line_is_gone_after_its_window(board, commune):
    release = put_out(commune, "led", window_end_at=timezone.now() + timedelta(hours=5))
    with time_machine.travel(timezone.now() + timedelta(hours=6), tick=False):
        roll({})
        assert standing(commune).body.lines == []
    assert BoardLine.objects.get().until_at == release.window_end_at


def test_a_priority_bulletin_runs_at_night_too(board, commune):
    put_out(commune, "led", priority="priority")
    (line,) = standing(commune).body.lines
    assert (line.priority, line.hours) == ("priority", [])


def test_a_broken_board_stands_on_the_channels_page(village, station_keys):
    BoxFactory(village=village, is_online=True, board="tcp; failed: no route", name="Cụm chợ")
    (found,) = [one for one in health.board() if one.own.name == "Bảng chữ điện tử"]
    (line,) = found.behind
    assert line.state == "failing"
    assert "Cụm chợ" in line.detail


def channel():
    return registry.channel("led")


def test_the_editor_is_told_what_does_not_fit():
    long = Forms(headline="Tiêm chủng " * 10, short_text="Mang theo sổ tiêm chủng. " * 6)
    (problem,) = channel().check(long)
    assert problem.field == "short_text"
    assert "thừa" in problem.message
    assert channel().check(Forms(headline="Tiêm chủng thứ Bảy", short_text="Từ 7 giờ.")) == []
    (problem,) = channel().check(Forms())
    assert problem.field == "headline"
    (problem,) = channel().check(Forms(headline="Tiêm\u202e chủng"))
    assert "ký tự ẩn" in problem.message


def test_the_preview_runs_and_escapes():
    html = channel().preview(Forms(headline="<b>Tiêm chủng</b>", short_text="Từ 7 giờ."))
    assert "&lt;b&gt;Tiêm chủng&lt;/b&gt;. Từ 7 giờ." in html
    assert "tm-led" in html


def test_one_bad_character_does_not_darken_every_board(board, commune):
    release = put_out(commune, "led")
    release.renditions.update(headline="Họp\u202e thôn\x07", short_text="")
    BoardLine.objects.all().delete()
    channel().deliver(release, list(release.deliveries.all()))
    assert [one.editions[0].text for one in standing(commune).body.lines] == ["Họp thôn"]


@pytest.mark.parametrize(
    ("headline", "short", "line"),
    [
        ("Họp thôn", "", "Họp thôn"),
        ("Họp thôn", "Họp thôn 8 giờ", "Họp thôn 8 giờ"),
        ("Họp thôn", "8 giờ\nsáng mai", "Họp thôn. 8 giờ sáng mai"),
        ("Họp thôn!", "8 giờ", "Họp thôn! 8 giờ"),
    ],
)
def test_headline_and_short_text_are_one_line(headline, short, line):
    assert rules.line_of(headline, short) == line
