"""An operator's week in the browser: a show, its times, an episode, a move, a copy, an export."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
COMMUNE = "02701"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# A name of its own: the journeys may share a demo that is tried again.
TITLE = f"Chuyện bản {os.getpid()}"


def next_monday():
    today = datetime.now(VIETNAM).date()
    return today + timedelta(days=7 - today.weekday())


def slots(page):
    return page.locator("[data-lp-slot]").filter(has_text=TITLE)


def test_an_operator_plans_a_week(sign_in, system, tmp_path):
    operator = sign_in("trucdai")
    page = operator.page
    monday = next_monday()
    week = f"/quan-tri/lich-phat/?dai={COMMUNE}&tuan={monday}"

    # A show.
    operator.open(week)
    page.get_by_role("link", name="Thêm chương trình").click()
    page.get_by_label("Tên chương trình").fill(TITLE)
    page.get_by_label("Thời lượng (phút)").fill("5")
    operator.look("show-form")
    page.get_by_role("button", name="Lưu chương trình").click()
    expect(page.locator(".messages")).to_contain_text("Đã lưu chương trình")

    # Its times: Tuesdays and Fridays at 06:10, but not on the fifteenth lunar day.
    page.get_by_role("link", name="Thêm giờ phát").click()
    page.get_by_label("Thứ Ba").check()
    page.get_by_label("Thứ Sáu").check()
    page.get_by_label("Giờ phát").fill("06:10")
    page.get_by_label("Trừ các ngày âm lịch").fill("tết, 15")
    operator.look("rule-form")
    page.get_by_role("button", name="Lưu giờ phát").click()
    expect(page.locator("main")).to_contain_text("Sắp tới")
    operator.look("show")

    # The week has them, empty, and says so.
    operator.open(week)
    expect(slots(page)).to_have_count(2)
    expect(slots(page).first).to_contain_text("chưa có nội dung")
    operator.look("week")

    # An episode is put together: two texts that the machine speaks, then the order is changed.
    slots(page).first.get_by_role("link", name=TITLE).click()
    for title, text in (
        ("Lời chào", "Xin chào bà con các bản. Mời bà con nghe chuyện bản hôm nay."),
        ("Đường mới", "Con đường lên bản đã làm xong. Cảm ơn các nhà đã góp công."),
    ):
        page.locator("#id_title").fill(title)
        page.locator("#id_text").fill(text)
        widget = page.locator("[data-sound-widget]")
        widget.get_by_role("button", name="Máy đọc lời đọc").click()
        expect(widget.locator("[data-sound-state]")).to_contain_text("Sẵn sàng")
        page.get_by_role("button", name="Thêm vào số phát").click()
        expect(page.locator(".messages")).to_contain_text(f"Đã thêm “{title}”")
    parts = page.locator("[data-lp-part] .lp-part__title")
    expect(parts).to_have_text([re.compile("Lời chào"), re.compile("Đường mới")])
    operator.look("episode")
    page.get_by_role("button", name="Xuống: Lời chào").click()
    expect(parts).to_have_text([re.compile("Đường mới"), re.compile("Lời chào")])
    page.locator("[data-lp-part]").nth(1).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(parts).to_have_text([re.compile("Lời chào"), re.compile("Đường mới")])
    page.locator("[data-lp-part]").nth(1).drag_to(page.locator("[data-lp-part]").nth(0))
    expect(parts).to_have_text([re.compile("Đường mới"), re.compile("Lời chào")])
    expect(page.locator("#lp-length")).to_contain_text(re.compile(r"0:\d\d / 5:00"))

    # It is moved: by keys, by dragging, and by the form.
    operator.open(week)
    slots(page).first.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("[data-lp-told]")).to_contain_text("06:15")
    expect(slots(page).first).to_contain_text("06:15–06:20")
    wednesday = page.locator(f"[data-lp-cell][data-on='{monday + timedelta(days=2)}']").first
    slots(page).first.drag_to(wednesday)
    expect(page.locator("[data-lp-told]")).to_contain_text("Đã chuyển")
    expect(wednesday).to_contain_text(TITLE)
    wednesday.get_by_role("link", name=TITLE).click()
    page.locator("#id_so_at").fill("06:30")
    page.get_by_role("button", name="Lưu giờ phát").click()
    expect(page.locator(".messages")).to_contain_text("Đã lưu số phát")

    # The week is copied.
    operator.open(week)
    page.get_by_text("Chép tuần này").click()
    page.get_by_role("button", name="Chép", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("Đã chép tuần")
    expect(page.locator("main")).to_contain_text("06:30–06:35")

    # It leaves as a calendar, on paper, and every minute is accounted for.
    operator.open(week)
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải iCalendar").click()
    file = tmp_path / "lich.ics"
    download.value.save_as(file)
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    ours = [event for event in events if event["summary"] == TITLE]
    assert any(f"{event.decoded('dtstart'):%H:%M}" == "23:30" for event in ours)  # 06:30 here
    operator.open(f"/quan-tri/lich-phat/in/?dai={COMMUNE}&tuan={monday}")
    expect(page.locator("table")).to_contain_text("Đường mới")
    operator.look("week-on-paper")
    operator.open(f"/quan-tri/lich-phat/tung-phut/{COMMUNE}/{monday}/")
    expect(page.locator(".lp-table")).to_contain_text("Im lặng")
    for name, path in (
        ("stations", f"/quan-tri/lich-phat/?dai=tat-ca&tuan={monday}"),
        ("areas", "/quan-tri/lich-phat/gio-duoc-phep/"),
        ("area", f"/quan-tri/lich-phat/gio-duoc-phep/{COMMUNE}/"),
        ("shows", f"/quan-tri/lich-phat/chuong-trinh/?dai={COMMUNE}"),
        ("log", "/quan-tri/lich-phat/da-phat/?dai=082"),
    ):
        operator.open(path)
        operator.look(name)


def test_what_was_heard_is_on_the_log_with_its_proof(sign_in, system, tmp_path):
    operator = sign_in("trucdai")
    page = operator.page
    system.wait_for(
        "SELECT count(*) FROM speakers_playreport WHERE outcome = 'played'", seconds=120
    )
    operator.open("/quan-tri/lich-phat/da-phat/?dai=082")
    rows = page.locator(".lp-table tbody tr")
    assert rows.count() >= 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải CSV").click()
    csv = tmp_path / "log.csv"
    download.value.save_as(csv)
    assert "đã phát" in csv.read_text(encoding="utf-8-sig")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải PDF").click()
    pdf = tmp_path / "log.pdf"
    download.value.save_as(pdf)
    assert pdf.read_bytes().startswith(b"%PDF")
