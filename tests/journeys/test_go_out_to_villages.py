"""A crew hands in its drive, a promise is kept, and work given on the map comes back done."""

from __future__ import annotations

import datetime as dt
import re
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from tiengmo.config.demo.field_work import gpx_of, track_of

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
NOTEBOOK = "/quan-tri/so-tuyen-truyen/"
# Of Y Tý: what the drive goes through, and two that a bulletin to everybody may have missed.
THROUGH = ("02701-05", "02701-06")
VEHICLE = "Xe loa của chuyến thử"


def test_a_drive_with_its_track_is_accepted_and_counted(system, sign_in, visit, tmp_path):
    places = system.rows(
        "SELECT latitude, longitude, name FROM places_village WHERE code IN (?, ?) ORDER BY code",
        *THROUGH,
    )
    start = dt.datetime.now(HERE).replace(second=0, microsecond=0) - dt.timedelta(minutes=40)
    points = track_of([(lat, lon) for lat, lon, _name in places], start)
    file = tmp_path / "chuyen.gpx"
    file.write_text(gpx_of(points), encoding="utf-8")

    crew = sign_in("tuyentruyen")
    phone = crew.page
    phone.set_viewport_size({"width": 360, "height": 740})
    phone.goto(NOTEBOOK)
    expect(phone.locator("[data-says=done]")).to_be_visible()
    phone.get_by_text("Ghi chuyến loa lưu động").click()
    form = phone.locator("#run")
    form.locator("[name=vehicle]").fill(VEHICLE)
    form.locator("[name=file]").set_input_files(str(file))
    form.locator("[name=started_at]").fill(f"{start:%Y-%m-%dT%H:%M}")
    form.locator("[name=ended_at]").fill(f"{points[-1][0]:%Y-%m-%dT%H:%M}")
    form.get_by_label(places[0][2], exact=False).first.check()
    form.get_by_role("button", name="Lưu").click()
    mine = phone.locator("#own li").filter(has_text=VEHICLE).first
    expect(mine).to_contain_text("vết xe đã qua")
    for _lat, _lon, name in places:
        expect(mine).to_contain_text(name)

    approver = sign_in("duyet.yty")
    approver.open("/quan-tri/chuyen-loa/")
    row = approver.page.locator("tbody tr").filter(has_text=VEHICLE).first
    expect(row).to_contain_text(re.compile(r"cách \d+ m"))


def test_a_promise_is_answered(sign_in):
    approver = sign_in("duyet")
    page = approver.page
    approver.open("/quan-tri/loi-hua/moi/")
    what = "Thay bóng đèn nhà văn hoá"
    page.locator("[name=what]").fill(what)
    page.locator("[name=topic]").select_option(index=1)
    page.locator("[name=owed_by]").select_option(index=1)
    today = dt.datetime.now(HERE).date()
    page.locator("[name=due_on]").fill(f"{today:%Y-%m-%d}")
    page.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.get_by_text("chưa xong").first).to_be_visible()
    page.locator("summary").filter(has_text="Đã làm xong").click()
    page.locator("details[open] [name$=note]").fill("Đã thay cả ba bóng.")
    page.locator("details[open]").get_by_role("button", name="Đã làm xong").click()
    expect(page.locator("main")).to_contain_text("Đã thay cả ba bóng.")


def test_work_given_on_the_map_comes_back_as_a_receipt(system, sign_in):
    ((release,),) = system.rows(
        "SELECT id FROM releases_release WHERE status = 'released' AND channels LIKE '%loudsp%'"
        " ORDER BY released_at LIMIT 1"
    )
    release = UUID(release)
    giver = sign_in("duyet")
    page = giver.page
    giver.open(f"/quan-tri/do-phu/{release}/thon/")
    offered = page.locator(".reach-missed tbody tr").filter(
        has=page.get_by_role("button", name=re.compile("^Giao việc"))
    )
    row = offered.filter(has_not_text="đã giao").first
    # Names of villages come again in other communes.
    village, commune = (one.strip() for one in row.locator("th").inner_text().splitlines()[:2])
    header = re.compile(rf"^{re.escape(village)}\s+{re.escape(commune)}$")
    own = page.get_by_role("rowheader", name=header)
    choice = row.locator("select")
    if choice.count():
        choice.select_option("visit")
    row.get_by_role("button", name=re.compile("^Giao việc")).click()
    given = page.locator(".reach-missed tbody tr").filter(has=own)
    expect(given).to_contain_text("đã giao")

    giver.open("/quan-tri/do-phu/viec/")
    card = page.locator(".tm-card").filter(has_text=f"{village} ({commune}):").first
    card.locator("summary").filter(has_text="Báo kết quả").click()
    card.locator("[name$=households]").fill("5")
    card.get_by_role("button", name="Báo đã làm").click()
    giver.open(f"/quan-tri/do-phu/{release}/thon/")
    page.locator("summary").filter(has_text="Mọi thôn, theo kênh và theo tiếng").click()
    reached = page.locator(".reach-villages tbody tr").filter(has=own)
    expect(reached).to_contain_text(re.compile(r"\b5\b"))
