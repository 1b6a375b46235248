"""The pages of an operator, of a neighbour's operator, and of somebody with another role."""

import csv
import io
import json
from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tiengmo.broadcasting.models import AreaRules, Episode, Pool, Show, ShowRule
from tiengmo.broadcasting.planning import plan_ahead
from tiengmo.broadcasting.week import monday_of
from tiengmo.people.tests.factories import UserFactory, sign_in
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.speakers.models import AnnouncedItem, PlayReport
from tiengmo.speakers.tests.factories import BoxFactory

from .factories import EpisodeFactory, RuleFactory, ShowFactory, SoundFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def station():
    commune = UnitFactory(parent=UnitFactory(top=True))
    VillageFactory(unit=commune)
    return commune


@pytest.fixture
def operator(client, station):
    user = UserFactory(operator=station)
    sign_in(client, user)
    return user


def text_of(client, name, *arguments, **asked):
    answer = client.get(reverse(name, args=arguments), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def local(day, at):
    return datetime.combine(day, at, tzinfo=timezone.get_current_timezone())


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def test_an_operator_makes_a_show_a_rule_and_puts_an_episode_together(client, operator, station):
    client.post(
        reverse("broadcasting_new_show", args=[station.code]),
        {"title": "Chuyện bản", "language": "vi", "host": "Cô Mẩy", "length_minutes": 15},
    )
    show = Show.objects.get(station=station)
    client.post(
        reverse("broadcasting_new_rule", args=[show.pk]),
        {
            "weekdays": ["MO", "TH"],
            "every_weeks": "1",
            "at": "05:30",
            "starts_on": timezone.localdate().isoformat(),
            "skip_dates_text": "30/4/2027",
            "skip_lunar_text": "tết, 15",
        },
    )
    rule = ShowRule.objects.get(show=show)
    assert (rule.rrule, rule.skip_lunar) == ("FREQ=WEEKLY;BYDAY=MO,TH", ["tet", "15"])
    assert "Sắp tới" in text_of(client, "broadcasting_show", show.pk)
    episode = Episode.objects.filter(rule=rule).first()
    answer = client.post(
        reverse("broadcasting_add_recording", args=[episode.pk]),
        {"title": "Lời chào", "sound": SoundFactory().key},
        follow=True,
    )
    assert told(answer) == ["Đã thêm “Lời chào”."]
    segment = episode.segments.get()
    page = text_of(client, "broadcasting_episode", episode.pk)
    assert "Thời lượng thật" in page
    assert "còn trống 14:00: im lặng" in page
    client.post(reverse("broadcasting_move_segment", args=[segment.pk]), {"to": "0"})
    client.post(reverse("broadcasting_remove_segment", args=[segment.pk]))
    assert not episode.segments.exists()


def test_a_rule_that_cannot_be_read_is_named(client, operator, station):
    show = ShowFactory(station=station)
    answer = client.post(
        reverse("broadcasting_new_rule", args=[show.pk]),
        {
            "rrule": "FREQ=HOURLY",
            "at": "05:30",
            "starts_on": "2026-12-01",
            "until_on": "2026-11-01",
            "skip_dates_text": "30-4",
            "skip_lunar_text": "rằm",
        },
    )
    assert set(answer.context["form"].errors) == {
        "rrule", "until_on", "skip_dates_text", "skip_lunar_text",
    }  # fmt: skip
    assert not ShowRule.objects.exists()


def test_an_episode_is_moved_by_dragging_and_a_refusal_is_told(client, operator, station):
    episode = EpisodeFactory(show__station=station)
    url = reverse("broadcasting_move", args=[episode.pk])

    def drop(start):
        return client.post(url, json.dumps({"start": start}), content_type="application/json")

    answer = drop(f"{tomorrow()}T05:30")
    assert answer.status_code == 200
    episode.refresh_from_db()
    assert episode.start_at == local(tomorrow(), time(5, 30))
    assert drop("2020-01-01T05:30").status_code == 409
    for wrong in ("", "gibberish", "0001-01-01T00:00", None):
        assert drop(wrong).status_code == 400
    assert client.post(url, "[]", content_type="application/json").status_code == 400


def test_who_sees_what(client, station):
    episode = EpisodeFactory(show__station=station, show__title="Chuyện bản")
    day = timezone.localtime(episode.start_at).date().isoformat()
    pages = (
        reverse("broadcasting_episode", args=[episode.pk]),
        reverse("broadcasting_show", args=[episode.show_id]),
        reverse("broadcasting_minutes", args=[station.code, day]),
        reverse("broadcasting_area", args=[station.code]),
        reverse("broadcasting_calendar") + f"?dai={station.code}",
        reverse("broadcasting_print") + f"?dai={station.code}",
    )
    sign_in(client, UserFactory(operator=UnitFactory(parent=station.parent)))
    for url in pages:
        assert client.get(url).status_code == 404
    week = text_of(client, "broadcasting_week", dai=station.code, tuan=day)
    assert "Chuyện bản" not in week
    sign_in(client, UserFactory(editor=station))
    for url in pages:
        assert client.get(url).status_code == 200
    week = text_of(client, "broadcasting_week", dai=station.code, tuan=day)
    assert "Chuyện bản" in week
    assert "Thêm số phát" not in week
    refused = client.post(reverse("broadcasting_cancel", args=[episode.pk]), follow=True)
    assert "cần vai trò" in told(refused)[0]
    client.logout()
    for url in (*pages, reverse("broadcasting_week"), reverse("broadcasting_log")):
        assert client.get(url).status_code == 302


def test_the_week_of_all_stations_stands_side_by_side(client, station):
    sign_in(client, UserFactory(operator=station.parent))
    start = local(tomorrow(), time(5))
    EpisodeFactory(show__station=station, show__title="Chuyện bản", start_at=start)
    EpisodeFactory(show__station=station.parent, show__title="Thời sự", start_at=start)
    page = text_of(client, "broadcasting_week", dai="tat-ca", tuan=tomorrow().isoformat())
    assert "Chuyện bản" in page
    assert "trùng giờ với “Thời sự”" in page
    for odd in ("", "gibberish", "9999-12-31", "0001-01-01"):
        text_of(client, "broadcasting_week", tuan=odd)


def test_a_week_is_copied_from_its_page(client, operator, station):
    episode = EpisodeFactory(
        show__station=station, start_at=local(tomorrow() + timedelta(days=1), time(5)), sounds=[60]
    )
    monday = monday_of(timezone.localtime(episode.start_at).date())
    answer = client.post(
        reverse("broadcasting_copy"),
        {"dai": station.code, "tuan": monday, "sang": monday + timedelta(days=7)},
        follow=True,
    )
    assert "Lập mới 1 số phát" in " ".join(told(answer))
    assert Episode.objects.count() == 2


def test_the_rules_of_an_area_are_set_and_inherited(client, station):
    sign_in(client, UserFactory(operator=station.parent))
    url = reverse("broadcasting_area", args=[station.parent.code])
    answer = client.post(url, {"quiet_hours_text": "9 giờ tối"})
    assert "quiet_hours_text" in answer.context["form"].errors
    client.post(url, {"quiet_hours_text": "21:00-05:00", "sessions_per_day": "3"})
    assert AreaRules.objects.get().quiet_hours == [{"start": "21:00", "end": "05:00"}]
    page = text_of(client, "broadcasting_areas")
    assert page.count("21:00–05:00") == 2  # the unit's, and the one below it
    assert "21:00–05:00" in text_of(client, "broadcasting_week", dai=station.code)


def test_a_pool_fills_hours(client, operator, station):
    client.post(reverse("broadcasting_new_pool", args=[station.code]), {"title": "Nhạc"})
    pool = Pool.objects.get()
    client.post(
        reverse("broadcasting_pool", args=[pool.pk]), {"title": "Bài", "sound": SoundFactory().key}
    )
    url = reverse("broadcasting_new_fill", args=[station.code])
    asked = {"from_at": "05:00", "to_at": "06:00", "pool": pool.pk, "no_repeat_minutes": "0"}
    client.post(url, asked)
    answer = client.post(url, asked | {"from_at": "05:30"}, follow=True)
    assert told(answer)[-1] == "Khoảng giờ này đã có quy tắc lấp chỗ trống khác."
    client.post(url, asked | {"from_at": "07:00"}, follow=True)
    assert station.fill_rules.count() == 1
    plan_ahead(station)
    day = timezone.localdate() + timedelta(days=1)
    page = text_of(client, "broadcasting_minutes", station.code, day.isoformat())
    assert page.count("lấp chỗ trống") > 40
    assert "Im lặng" in page
    client.post(reverse("broadcasting_drop_fill", args=[station.fill_rules.get().pk]))
    client.post(reverse("broadcasting_drop_sound", args=[pool.sounds.get().pk]))
    assert not pool.sounds.exists()


@pytest.fixture
def heard(station):
    """Two boxes' reports of one item: played, and cut."""
    at = timezone.now() - timedelta(minutes=5)
    AnnouncedItem.objects.create(item_id="a", station=station, title="=Chuyện bản", start_at=at)
    for number, (outcome, reason) in enumerate([("played", ""), ("cut", "pre_empted")]):
        box = BoxFactory(village=station.villages.first(), name=f"Loa {number}")
        PlayReport.objects.create(
            id=f"r{number}", box=box, item_id="a", station_code=station.code, outcome=outcome,
            reason=reason, scheduled_at=at, started_at=at, start_error_ms=4.0 + number,
            sample_rate=48000, samples_played=480000 // (number + 1), samples_total=480000,
        )  # fmt: skip
    return at


def test_what_was_heard_is_shown_and_handed_out(client, operator, station, heard):
    page = text_of(client, "broadcasting_log")
    assert "=Chuyện bản" in page
    assert "1/2" in page
    body = client.get(reverse("broadcasting_log_csv")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [(row["kết quả"], row["số giây đã phát"]) for row in rows] == [
        ("đã phát", "10.0"), ("bị cắt giữa chừng", "5.0"),
    ]  # fmt: skip
    assert rows[0]["chương trình"] == "'=Chuyện bản"  # a spreadsheet must not reckon with it
    pytest.importorskip("weasyprint", exc_type=OSError)
    pdf = client.get(reverse("broadcasting_log_pdf"))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")


def test_nobody_reads_the_log_of_a_place_that_is_not_theirs(client, station, heard):
    sign_in(client, UserFactory(operator=UnitFactory(parent=station.parent)))
    page = text_of(client, "broadcasting_log", dai=station.code)
    assert "Chuyện bản" not in page
    body = client.get(reverse("broadcasting_log_csv"), {"dai": station.code}).content.decode()
    assert "Chuyện bản" not in body


def test_a_show_ends_with_its_rules_and_coming_episodes(client, operator, station):
    show = ShowFactory(station=station)
    rule = RuleFactory(show=show)
    EpisodeFactory(show=show)
    client.post(reverse("broadcasting_drop_rule", args=[rule.pk]))
    client.post(reverse("broadcasting_close_show", args=[show.pk]))
    assert not ShowRule.objects.exists()
    assert not Episode.objects.filter(cancelled_at=None).exists()
    page = text_of(client, "broadcasting_shows")
    assert show.title not in page
