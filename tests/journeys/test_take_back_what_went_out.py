"""A mistake is put right: a corrected version, then a withdrawal; nobody is left with what is wrong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .test_show_on_a_screen import ROUND_MS, let_alerts_end

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

HEADLINE = "Lịch tiêm phòng cho trâu bò ngày 27"
CORRECTED = "Lịch tiêm phòng cho trâu bò ngày 28"
SHORT = "Từ 7 giờ sáng ở sân nhà văn hoá. Mang theo sổ tiêm."
# What is new is shown next, whatever else the screen has to show.
NEXT_MS = 150_000
REASON = "Đoàn thú y hoãn, sẽ báo lịch mới"
POSTERS = "Bản in (áp phích, tờ rơi)"


def let_in(browser, system, technician, name):
    """A television with the player, let in by a code; its page."""
    technician.open("/quan-tri/man-hinh/")
    technician.page.get_by_role("link", name=re.compile(name)).first.click()
    technician.page.get_by_role("button", name="Tạo mã mới").click()
    code = technician.page.locator(".mh-code-text").inner_text()
    context = browser.new_context(base_url=system.url, viewport={"width": 1280, "height": 720})
    television = context.new_page()
    television.goto("/man-hinh/")
    television.locator("#mh-code").fill(code.lower())
    television.keyboard.press("Enter")
    return context, television


def put_up(editor, headline, copies):
    """Write down, in the first village of the list, that posters hang there."""
    page = editor.page
    editor.open("/quan-tri/ban-in/")
    page.get_by_role("link", name=headline).first.click()
    page.locator("#id_act").select_option("put_up")
    page.locator("#id_copies").fill(str(copies))
    page.locator("#id_place").fill("cổng chợ")
    page.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("Đã ghi")


def part(page, channel, standing):
    return page.locator(f"#kn-{channel}-{standing}")


def test_a_correction_and_a_withdrawal_reach_readers_a_screen_and_paper(  # noqa: PLR0917 - fixtures
    browser, system, sign_in, citizen, pictures, attempt
):
    headline, corrected = HEADLINE + attempt, CORRECTED + attempt
    let_alerts_end(system)
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")
    editor.write(headline=headline, article="Ủy ban nhân dân xã tiêm phòng.", short=SHORT)
    editor.choose_area("Xã Y Tý")
    editor.choose_channels("Cổng thông tin điện tử", "Màn hình", POSTERS)
    review = editor.send_for_review()
    approver.clear(review)
    context, television = let_in(browser, system, sign_in("trucdai"), "Nhà văn hoá")
    shown = television.locator(".mh-headline")
    expect(shown).to_have_text(headline, timeout=ROUND_MS)
    citizen.find("/xa/02701/", headline).click()
    expect(citizen.page.locator("h1")).to_have_text(headline)
    address = citizen.page.url
    put_up(editor, headline, 3)

    # The correction: another day.
    editor.open(review.replace("/ban-tin/", "/ban-tin/edit/"))
    editor.page.locator("#id_headline").fill(corrected)
    assert editor.send_for_review() == review
    approver.open(review)
    approver.page.get_by_role("link", name="Xem bản phát hành").click()
    old = approver.page.url
    approver.clear(review)
    citizen.find("/xa/02701/", corrected)
    citizen.page.goto(address)
    citizen.page.reload()  # past the browser's own copy
    expect(citizen.page.locator("h1")).to_have_text(corrected)
    expect(citizen.page.locator("main")).to_contain_text("Lịch sử đính chính")
    expect(shown).to_have_text(corrected, timeout=NEXT_MS)

    # The page of the old version says what is left of it; the editor ticks off the paper.
    page = editor.page
    editor.open(old.removeprefix(system.url))
    page.get_by_role("link", name=re.compile("Còn gì ở ngoài kia")).click()
    page.evaluate("window.neverReloaded = true")
    expect(part(page, "screens", "taken_back")).to_contain_text("màn hình báo đã gỡ")
    expect(part(page, "portal", "taken_back")).to_contain_text("dẫn sang bản đính chính")
    assert page.evaluate("window.neverReloaded")
    expect(part(page, "print", "waiting")).to_contain_text("cổng chợ")
    editor.look("what-is-still-out")
    page.get_by_role("button", name=re.compile("Đã gỡ hết 3 tờ")).click()
    expect(part(page, "print", "taken_back")).to_contain_text("3 tờ")
    expect(part(page, "print", "waiting")).to_have_count(0)

    # The withdrawal, while the television has no line.
    put_up(editor, corrected, 2)
    approver.open("/quan-tri/phat-hanh/")
    newer = approver.page.get_by_role("link", name=corrected).first.get_attribute("href")
    context.set_offline(offline=True)
    approver.open(review)
    approver.page.locator("#reason").fill(REASON)
    approver.page.get_by_role("button", name="Gỡ khỏi mọi kênh").click()
    expect(approver.page.get_by_text(re.compile("Đã gỡ lúc")).first).to_be_visible()
    citizen.page.goto("/")
    answer = citizen.page.request.get(address, max_redirects=0)
    assert answer.status == 410
    assert REASON in answer.text()
    page = approver.page
    approver.open(newer)
    page.get_by_role("link", name=re.compile("Còn gì ở ngoài kia")).click()
    page.evaluate("window.neverReloaded = true")
    held = part(page, "screens", "waiting")
    expect(held).to_contain_text("Nhà văn hoá")
    expect(part(page, "print", "waiting")).to_contain_text("2 tờ")
    approver.look("withdrawn-and-still-out")
    context.set_offline(offline=False)
    expect(shown).not_to_have_text(corrected)
    expect(held).to_have_count(0)
    expect(part(page, "screens", "taken_back")).to_contain_text("màn hình báo đã gỡ")
    assert page.evaluate("window.neverReloaded")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải bảng CSV").click()
    table = download.value.path().read_text(encoding="utf-8-sig")
    assert "Nhà văn hoá" in table
    assert "Còn ở ngoài, chờ xác nhận" in table
    television.screenshot(path=pictures / "screen-after-withdrawal.png")
    context.close()
