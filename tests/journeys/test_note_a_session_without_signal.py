"""A propagandist on a cheap phone: asked to go, writes without a signal, and it arrives once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tiengmo.config.demo.locality import PASSWORD

from .pages import Staff

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

HEADLINE = "Họp thôn về làm đường mùa khô"
SHORT = "Mỗi nhà một người, mang theo cuốc xẻng. Nhà nước cho xi măng."
NOTEBOOK = "/quan-tri/so-tuyen-truyen/"
# What its worker would send, no test could hold up on the way.
NO_SYNC = "Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', { get: () => null });"
ARRIVED = (
    "SELECT s.headcount, s.questions, s.revision FROM outreach_sessions_session s"
    " JOIN releases_release r ON r.id = s.release_id"
    f" WHERE r.title = '{HEADLINE}' ORDER BY s.headcount"
)


def asked_to_go(sign_in):
    """A bulletin that teams are to speak about; the editor, and the approver's page of it."""
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")
    editor.write(headline=HEADLINE, article="Ủy ban nhân dân xã cấp xi măng.", short=SHORT)
    editor.choose_area("Xã Y Tý")
    editor.choose_channels("Cổng thông tin điện tử", "Tổ tuyên truyền, tuyên vận")
    review = editor.send_for_review()
    approver.clear(review)
    return editor, approver, review


def sign_in_again(page):
    page.get_by_role("link", name="Đăng nhập").click()
    page.fill("[name=username]", "tuyentruyen")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(f"**{NOTEBOOK}")


def test_writes_without_a_signal_and_it_arrives_once(system, sign_in, visit, faults, pictures):
    _editor, approver, review = asked_to_go(sign_in)
    phone = visit()
    phone.context.add_init_script(NO_SYNC)
    phone.set_viewport_size({"width": 360, "height": 740})
    # Nobody is signed in yet: the page opens, says so, and leads back here.
    phone.goto(NOTEBOOK)
    sign_in_again(phone)
    asked = phone.locator("#asked li").filter(has_text=HEADLINE)
    for _ in range(60):
        expect(phone.locator("[data-says=done]")).to_be_visible()
        if asked.count():
            break
        phone.wait_for_timeout(1000)
        phone.reload()
    asked.locator("summary").click()
    expect(asked).to_contain_text(SHORT)
    village = asked.get_by_role("button").first.inner_text()
    Staff(phone, pictures, faults).look("propagandist")
    phone.set_viewport_size({"width": 360, "height": 740})
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")

    # Up there is no signal; the phone was off, too.
    phone.context.set_offline(offline=True)
    phone.goto(NOTEBOOK)
    expect(phone.locator("[data-says=offline]")).to_be_visible()
    asked.locator("summary").click()
    asked.get_by_role("button", name=village, exact=True).click()
    form = phone.locator("#session")
    form.locator("[name=headcount]").fill("23")
    form.locator("[name=questions]").fill("4")
    topic = form.locator("[name=topic]").locator("option").nth(3).get_attribute("value")
    form.locator("[name=topic]").select_option(topic)
    form.get_by_role("button", name="Lưu").click()
    expect(phone.locator("#waiting-count")).to_have_text("1")
    phone.screenshot(path=pictures / "propagandist-offline-360.png", full_page=True)

    # A second one holds what it may not; a third is thought better of before it was ever sent.
    assert form.locator("[name=village]").input_value()
    release = phone.evaluate(
        "title => [...document.querySelectorAll('#session [name=release] option')]"
        ".find((one) => one.textContent.includes(title)).value",
        HEADLINE,
    )
    form.locator("[name=release]").select_option(release)
    form.locator("[name=headcount]").fill("31")
    form.get_by_text("Ghi thêm").click()
    form.locator("[name=subject]").fill("Gọi lại 0912 345 678")
    form.get_by_role("button", name="Lưu").click()
    form.locator("[name=headcount]").fill("7")
    form.get_by_role("button", name="Lưu").click()
    expect(phone.locator("#waiting-count")).to_have_text("3")
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.locator("#waiting li").nth(2).get_by_role("button", name="Bỏ").click()
    expect(phone.locator("#waiting-count")).to_have_text("2")
    assert system.rows(ARRIVED) == []

    # The signal comes, and the first answer is lost on its way.
    sent = []

    def lose_the_first(route):
        sent.append(route.request.post_data_json["id"])
        if len(sent) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort()

    phone.context.route(f"**{NOTEBOOK}gui/", lose_the_first)
    phone.context.set_offline(offline=False)
    phone.get_by_role("button", name="Gửi ngay").click()
    refused = phone.locator("#waiting li")
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text("Không ghi số điện thoại")
    assert sent.count(sent[0]) == 2
    assert [tuple(row) for row in system.rows(ARRIVED)] == [(23, 4, 1)]
    phone.screenshot(path=pictures / "propagandist-refused-360.png", full_page=True)
    refused.get_by_role("button", name="Sửa").click()
    expect(form.locator("[name=subject]")).to_have_attribute("aria-invalid", "true")
    form.locator("[name=subject]").fill("Làm đường mùa khô")
    form.get_by_role("button", name="Lưu").click()
    expect(phone.locator("[data-says=done]")).to_be_visible()
    assert [row[0] for row in system.rows(ARRIVED)] == [23, 31]

    # A wrong number is mended within the day.
    mine = phone.locator("#own li").filter(has_text="23 người dự").first
    mine.get_by_role("button", name="Sửa").click()
    form.locator("[name=headcount]").fill("25")
    form.get_by_role("button", name="Lưu").click()
    expect(phone.locator("#own li").filter(has_text="25 người dự")).to_be_visible()
    assert [tuple(row)[::2] for row in system.rows(ARRIVED)] == [(25, 2), (31, 2)]

    # Twelve hours later the sign-in has ended: what was written waits, and goes out afterwards.
    phone.context.clear_cookies()
    form.locator("[name=release]").select_option(release)
    form.locator("[name=headcount]").fill("12")
    form.get_by_role("button", name="Lưu").click()
    expect(phone.locator("[data-says=signin]")).to_be_visible()
    expect(phone.locator("#waiting-count")).to_have_text("1")
    assert len(system.rows(ARRIVED)) == 2
    sign_in_again(phone)
    expect(phone.locator("[data-says=done]")).to_be_visible()
    assert [row[0] for row in system.rows(ARRIVED)] == [12, 25, 31]

    # The commune sees it: in its list, and on the map of who was reached.
    approver.open("/quan-tri/buoi-tuyen-truyen/")
    expect(approver.page.locator("main")).to_contain_text("Làm đường mùa khô")
    approver.page.get_by_label("Số buổi trong năm").fill("90")
    approver.page.get_by_role("button", name="Lưu chỉ tiêu").click()
    expect(approver.page.locator("main")).to_contain_text("90")
    approver.look("sessions-of-the-year")
    approver.open(review)
    approver.page.get_by_role("link", name="Xem bản phát hành").click()
    expect(approver.page.locator("#tm-channels")).to_contain_text(
        re.compile(r"3 buổi, 68 người dự ở 1 thôn")
    )


def test_the_page_is_closed_when_the_signal_comes(system, visit, pictures):
    phone = visit()
    phone.context.add_init_script(NO_SYNC)
    phone.goto(NOTEBOOK)
    sign_in_again(phone)
    expect(phone.locator("[data-says=done]")).to_be_visible()
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(offline=True)
    form = phone.locator("#session")
    form.locator("[name=village]").select_option(index=1)
    form.locator("[name=headcount]").fill("4321")
    form.get_by_role("button", name="Lưu").click()
    expect(phone.locator("#waiting-count")).to_have_text("1")
    counted = "SELECT count(*) FROM outreach_sessions_session WHERE headcount = 4321"
    context = phone.context
    elsewhere = context.new_page()
    phone.close()
    context.set_offline(offline=False)
    assert system.rows(counted)[0][0] == 0

    # What the browser does by itself some time after it has a network again.
    elsewhere.goto("/quan-tri/login/")
    wire, known = context.new_cdp_session(elsewhere), []
    wire.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(told["registrations"]),
    )
    wire.send("ServiceWorker.enable")
    until(elsewhere, lambda: any(one["scopeURL"].endswith(NOTEBOOK) for one in known))
    (one,) = {one["registrationId"] for one in known if one["scopeURL"].endswith(NOTEBOOK)}
    wire.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": system.url, "registrationId": one, "tag": "gui", "lastChance": False},
    )
    until(elsewhere, lambda: system.rows(counted)[0][0] == 1)
    elsewhere.goto(NOTEBOOK)
    expect(elsewhere.locator("[data-says=done]")).to_be_visible()
    expect(elsewhere.locator("#own li").filter(has_text="4321 người dự").first).to_be_visible()
    assert system.rows(counted)[0][0] == 1
    elsewhere.screenshot(path=pictures / "propagandist-sent-by-itself.png")


def test_the_phone_is_full_and_nothing_written_is_lost(visit):
    # A page of its own: the refusal is passed on, and would fail the journey as an error.
    phone = visit().context.new_page()
    phone.goto(NOTEBOOK)
    sign_in_again(phone)
    expect(phone.locator("[data-says=done]")).to_be_visible()
    # As a browser refuses when there is no room left.
    phone.evaluate(
        """() => {
          const put = IDBObjectStore.prototype.put;
          IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
          window.makeRoom = () => { IDBObjectStore.prototype.put = put; };
        }"""
    )
    form = phone.locator("#session")
    form.locator("[name=village]").select_option(index=1)
    form.locator("[name=headcount]").fill("3456")
    form.get_by_role("button", name="Lưu").click()
    expect(phone.locator("#full")).to_contain_text("Máy hết chỗ")
    expect(form.locator("[name=headcount]")).to_have_value("3456")
    expect(phone.locator("#waiting-count")).to_have_text("0")

    phone.evaluate("window.makeRoom()")
    form.get_by_role("button", name="Lưu").click()
    expect(phone.locator("#own li").filter(has_text="3456 người dự").first).to_be_visible()
    expect(phone.locator("#full")).to_be_hidden()


def test_the_phone_closed_the_page_during_a_drive_and_its_first_hour_still_counts(visit):
    phone = visit()
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 22.6, "longitude": 103.7})
    phone.goto(NOTEBOOK)
    sign_in_again(phone)
    expect(phone.locator("[data-says=done]")).to_be_visible()
    # What a drive that began an hour ago has left in the phone.
    began = phone.evaluate(
        """async () => {
          const { openStore } = await import(document.body.dataset.store);
          const { wallTime } = await import(document.body.dataset.forms);
          const at = Date.now() - 3_600_000;
          const store = await openStore("so-tuyen-truyen", "entries");
          await store.set("way", [[at, 22.6, 103.7], [at + 10_000, 22.6, 103.701]]);
          return wallTime(at, document.body.dataset.zone);
        }"""
    )
    phone.reload()
    expect(phone.locator("[data-says=done]")).to_be_visible()
    phone.get_by_text("Ghi chuyến loa lưu động").click()
    form = phone.locator("#run")
    form.locator("[data-record]").click()
    expect(form.locator("[name=started_at]")).to_have_value(began)


def until(page, look, *, tries=100):
    for _ in range(tries):
        if look():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it never came")
