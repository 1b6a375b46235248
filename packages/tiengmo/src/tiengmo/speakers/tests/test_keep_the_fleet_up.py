"""The technician's pages: health, history, the test round, the log, volume by the hour."""

import csv
import io
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from speaker_link.messages import CommandResult, LogReport

from tiengmo.audit.actors import SYSTEM
from tiengmo.people.tests.factories import UserFactory
from tiengmo.speakers import models
from tiengmo.speakers.actions.commands import ask_for_log
from tiengmo.speakers.actions.ingest import ingest
from tiengmo.speakers.actions.publish_assignment import publish_assignment
from tiengmo.speakers.technician.faults import faults_of
from tiengmo.speakers.technician.profiles import hours_on_wire, profile_of, read_hours, write_hours
from tiengmo.speakers.technician.test_round import begin_due_rounds, plan_test_round
from tiengmo.speakers.technician.volume_hours import set_volume_hours
from tiengmo.speakers.tests.factories import BoxFactory
from tiengmo.speakers.tests.test_take_in_reports import said

pytestmark = pytest.mark.django_db


def seven():
    """The next 07:00 in Vietnam: the keys that the tests make are valid from now on."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def box(village):
    return BoxFactory(village=village, name="Cụm loa đầu thôn")


@pytest.fixture
def technician(box, client, settings):
    settings.IS_DEMO = True
    user = UserFactory(technician=box.village.unit, is_demo_account=True)
    client.force_login(user)
    return user


def alive(box, **fields):
    fields = {"is_online": True, "last_seen_at": timezone.now(), "reported_volume": 70} | fields
    models.Box.objects.filter(pk=box.pk).update(**fields)
    return models.Box.objects.select_related("village__unit").get(pk=box.pk)


def away(box, *, minutes=10, **fields):
    began = timezone.now() - timedelta(minutes=minutes)
    models.Box.objects.filter(pk=box.pk).update(
        is_online=False, last_seen_at=began, silent_since=began
    )
    models.Outage.objects.create(box=box, began_at=began, **fields)
    return models.Box.objects.select_related("village__unit").get(pk=box.pk)


def past_outages(box, number, cause, *, hours=1):
    for n in range(number):
        began = timezone.now() - timedelta(hours=hours + n)
        models.Outage.objects.create(
            box=box, began_at=began, ended_at=began + timedelta(minutes=5), cause=cause
        )


# --- faults -------------------------------------------------------------------------------


def test_a_box_that_is_well_has_no_fault(box):
    assert faults_of([alive(box)]) == []


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"is_time_trusted": False}, "Đồng hồ chưa tin được"),
        ({"is_time_trusted": True, "clock_offset_ms": -8000}, "Đồng hồ máy lệch nhiều"),
        ({"reported_volume": 0}, "Đang tắt tiếng"),
        ({"free_bytes": 10_000_000}, "Bộ nhớ sắp đầy"),
        ({"output": "device; failed: no such device"}, "Thiết bị âm thanh không chạy"),
        ({"output": "device; disk full"}, "Bộ nhớ sắp đầy"),
        ({"missing_sounds": 3}, "Chưa tải được âm thanh"),
        ({"last_refusal_reason": "bad_signature"}, "Vừa từ chối bản tin"),
    ],
)
def test_each_fault_has_its_name_and_cause(box, fields, title):
    if "last_refusal_reason" in fields:
        fields["last_refusal_at"] = timezone.now()
    (fault,) = faults_of([alive(box, **fields)])
    assert fault.title == title
    assert fault.cause
    assert fault.advice


@pytest.mark.parametrize(
    ("cause", "said_so"),
    [("power", "có thể mất điện"), ("link", "có thể mất sóng"), ("program", "chỉ cụm này mất")],
)
def test_silence_is_explained_by_what_the_week_showed(box, cause, said_so):
    past_outages(box, 3, cause)
    fault = faults_of([away(box)])[0]
    assert fault.title == "Mất kết nối"
    assert said_so in fault.cause


def test_habits_are_told_of_boxes_that_are_there(box):
    past_outages(box, 3, "power")
    past_outages(box, 6, "link")
    past_outages(box, 3, "program")
    titles = {fault.title for fault in faults_of([alive(box)])}
    assert titles == {"Hay mất điện", "Đường truyền chập chờn", "Chương trình hay khởi động lại"}


def test_a_silent_commune_is_one_fault(village):
    boxes = [away(BoxFactory(village=village)) for _ in range(4)]
    (fault,) = faults_of(boxes)
    assert (fault.unit, fault.boxes) == (village.unit, 4)
    assert "cả xã" in fault.cause or "mọi xã" in fault.cause


def test_health_page_shows_faults_and_uptime(
    client, technician, box, django_assert_max_num_queries
):
    away(box)
    now = timezone.localdate()
    models.DayTally.objects.create(
        box=box, on=now, known_seconds=1000, online_seconds=950, outages=2, bytes_in=5_000_000
    )
    BoxFactory(name="Loa xã khác")
    with django_assert_max_num_queries(60):
        page = client.get(reverse("speakers_health")).content.decode()
    assert "Mất kết nối" in page
    assert "95,00" in page or "95.00" in page
    assert "Loa xã khác" not in page


@pytest.mark.parametrize(
    "asked", [{"period": "9999d"}, {"unit": "x"}, {"page": "-1"}, {"page": "²"}, {"format": "exe"}]
)
def test_health_page_bears_any_question(client, technician, box, asked):
    assert client.get(reverse("speakers_health"), asked).status_code == 200


def test_health_as_csv_cannot_run_in_a_spreadsheet(client, technician, box):
    models.Box.objects.update(name='=HYPERLINK("http://x")')
    answer = client.get(reverse("speakers_health"), {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][0] == box.serial
    assert rows[1][1].startswith("'=")


def test_history_tells_why_it_was_away(client, technician, box):
    past_outages(box, 1, "power")
    page = client.get(reverse("speakers_history", args=[box.serial])).content.decode()
    assert "mất điện hoặc máy khởi động lại" in page


def test_stranger_sees_no_history(client, box, settings):
    settings.IS_DEMO = True
    client.force_login(UserFactory(operator=True, is_demo_account=True))
    assert client.get(reverse("speakers_history", args=[box.serial])).status_code == 404
    assert client.get(reverse("speakers_log", args=[box.serial])).status_code == 404


# --- the test round -----------------------------------------------------------------------


def answer(box, command, outcome="done", findings=()):
    result = CommandResult(
        command_id=command, outcome=outcome, findings=list(findings), finished_at=timezone.now()
    )
    ingest([said(box, result, id=f"answer-{command[:20]}")])


def test_the_round_begins_at_seven_once_and_reports_who_answered(client, technician, box):
    silent = BoxFactory(village=box.village, name="Loa im")
    with time_machine.travel(seven(), tick=False) as clock:
        clock.shift(-1)
        assert begin_due_rounds() == []
        clock.shift(1)
        assert len(begin_due_rounds()) == 1
        assert begin_due_rounds() == []
        asked = {one.box_id: one for one in models.TestAnswer.objects.all()}
        assert set(asked) == {box.pk, silent.pk}
        answer(box, asked[box.pk].command_id, "failed", ["device_failed"])
        clock.shift(timedelta(hours=2))
        assert begin_due_rounds() == []
        url = reverse("speakers_round", args=[models.TestRound.objects.get().pk])
        client.force_login(technician)
        page = client.get(url).content.decode()
        assert "thiết bị âm thanh không mở được" in page
        assert "không trả lời" in page
        rows = list(csv.reader(io.StringIO(client.get(url, {"format": "csv"}).content.decode())))
        assert {row[0]: row[4] for row in rows[1:]} == {
            box.pk: "có lỗi",
            silent.pk: "không trả lời",
        }
        assert "Không qua buổi kiểm tra sáng" in {fault.title for fault in faults_of([alive(box)])}


def test_nobody_is_woken_who_did_not_ask_for_it(box):
    with time_machine.travel(seven(), tick=False):
        (round_,) = begin_due_rounds()
    assert round_.is_silent
    assert box.commands.get().arguments == {"is_silent": True}


def test_a_plan_makes_it_heard_except_in_quiet_hours(box, village):
    quiet = BoxFactory(village=village, quiet_hours=[{"start": "21:00", "end": "07:30"}])
    plan_test_round(village.unit, by=SYSTEM, at=time(7), is_silent=False)
    with time_machine.travel(seven(), tick=False):
        begin_due_rounds()
    assert box.commands.get().arguments == {"is_silent": False}
    assert quiet.commands.get().arguments == {"is_silent": True}


def test_a_day_that_was_missed_is_not_made_up_for_at_noon(box):
    with time_machine.travel(seven(), tick=False) as clock:
        clock.shift(timedelta(hours=5))
        assert begin_due_rounds() == []


def test_an_answer_that_nobody_asked_for_changes_nothing(box, village):
    other = BoxFactory(village=village)
    with time_machine.travel(seven(), tick=False):
        begin_due_rounds()
    asked = models.TestAnswer.objects.get(box=box)
    answer(other, asked.command_id)
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_planning_needs_a_technician(client, technician, box):
    url = reverse("speakers_rounds")
    unit = box.village.unit
    client.post(url, {"unit": unit.pk, "at": "06:30", "is_on": "on"})
    assert models.TestPlan.objects.get().at.hour == 6
    client.post(url, {"unit": unit.pk, "at": "25:00"})
    assert models.TestPlan.objects.get().at.hour == 6
    client.force_login(UserFactory(editor=unit))
    client.post(url, {"unit": unit.pk, "at": "03:00", "is_on": "on"})
    assert models.TestPlan.objects.get().at.hour == 6


# --- the log ------------------------------------------------------------------------------


def part(box, command, number, of, lines):
    body = LogReport(command_id=command, part=number, parts=of, lines=lines)
    ingest([said(box, body, id=f"log-{number}-{command[:20]}", sequence=number)])


def test_technician_reads_what_the_box_sent(client, technician, box):
    url = reverse("speakers_log", args=[box.serial])
    client.post(url)
    command = box.commands.get()
    assert command.arguments == {"lines": 300}
    part(box, command.pk, 2, 2, ["<script>alert(1)</script>"])
    page = client.get(url).content.decode()
    assert "Chưa nhận đủ các phần" in page
    for _again in range(2):
        part(box, command.pk, 1, 2, ["first line"])
    page = client.get(url).content.decode()
    assert page.index("first line") < page.index("&lt;script&gt;alert(1)")
    assert "Chưa nhận đủ" not in page


def test_a_log_that_nobody_asked_for_is_not_kept(box, village):
    other = BoxFactory(village=village)
    command = ask_for_log(other, by=SYSTEM)
    part(box, command.pk, 1, 1, ["not yours"])
    part(box, "nobody-asked", 1, 1, ["unasked"])
    assert not models.LogPart.objects.exists()


def test_an_operator_does_not_read_logs(client, box, settings):
    settings.IS_DEMO = True
    client.force_login(UserFactory(operator=box.village.unit, is_demo_account=True))
    answered = client.post(reverse("speakers_log", args=[box.serial]), follow=True)
    assert "cần vai trò" in answered.content.decode()
    assert not box.commands.exists()


# --- volume by the hour -------------------------------------------------------------------


def test_the_nearest_profile_counts(box, village):
    top = village.unit.parent
    set_volume_hours(top, read_hours("05:00-06:00 30"), by=SYSTEM)
    assert profile_of(box).unit == top
    set_volume_hours(village.unit, read_hours("05:00-06:00 40"), by=SYSTEM)
    assert profile_of(box).unit == village.unit
    set_volume_hours(box, read_hours("22:00-05:00 0"), by=SYSTEM)
    assert profile_of(box).box == box
    set_volume_hours(box, [], by=SYSTEM)
    assert profile_of(box).unit == village.unit


def test_a_profile_reaches_the_boxes_and_never_passes_their_limit(box):
    models.Box.objects.filter(pk=box.pk).update(max_volume=60, volume=50)
    box.refresh_from_db()
    before = models.RetainedMessage.objects.count()
    set_volume_hours(box.village.unit, read_hours("05:00-06:00 90\n18:00-19:00 55"), by=SYSTEM)
    assert models.RetainedMessage.objects.count() == before + 1
    assert [one.volume for one in hours_on_wire(box, timezone.localtime())] == [60, 55]
    publish_assignment(box)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "05:00-05:00 40",
        "24:00-05:00 3",
        "05:00-06:00 101",
        "05:00-06:00 40\n05:30-07:00 2",
        "22:00-02:00 1\n01:00-03:00 2",
        "05:00-06:00",
        "05:00-06:00 ²",
    ],
)
def test_bad_hours_are_refused_with_the_line(client, box, text, settings):
    with pytest.raises(ValueError):
        read_hours(text)
    settings.IS_DEMO = True
    client.force_login(UserFactory(operator=box.village.unit, is_demo_account=True))
    url = f"{reverse('speakers_volume_hours')}?unit={box.village.unit.code}"
    assert "Không đọc được" in client.post(url, {"hours": text}).content.decode()
    assert not models.VolumeProfile.objects.exists()


def test_hours_are_written_as_they_are_read(client, box, settings):
    text = "05:00-06:30 40\n22:00-04:00 10"
    assert write_hours(read_hours(text)) == text
    settings.IS_DEMO = True
    client.force_login(UserFactory(operator=box.village.unit, is_demo_account=True))
    url = f"{reverse('speakers_volume_hours')}?unit={box.village.unit.code}"
    client.post(url, {"hours": text})
    assert "04:00" in client.get(url).content.decode()


def test_the_board_comes_in_pages_and_the_map_whole(client, technician, village):
    BoxFactory.create_batch(40, village=village)
    page = client.get(reverse("speakers_board"))
    assert page.content.decode().count("<tr id=") == 30
    assert len(page.context["points"]) == 41
    second = client.get(reverse("speakers_board"), {"page": 2}).content.decode()
    assert second.count("<tr id=") == 11
