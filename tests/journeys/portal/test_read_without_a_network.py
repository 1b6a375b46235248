"""A reader whose signal goes: what was read, whom to call and what to beware of stay at hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .stand_ins import warned

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demos")]


def test_what_was_read_stays_at_hand_and_says_that_it_is_old(browser, system, pictures):
    context = browser.new_context(
        base_url=system.url, viewport={"width": 360, "height": 740}, locale="vi-VN"
    )
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    page.locator(".lead__title a").click()
    headline = page.locator("h1").inner_text()
    address = page.url
    page.wait_for_function("caches.has('da-doc')")
    # Half a minute later the browser's own copy is too old to be shown without asking.
    context.new_cdp_session(page).send("Network.clearBrowserCache")
    context.set_offline(offline=True)

    page.goto(address)
    expect(page.locator("h1")).to_have_text(headline)
    expect(page.locator(".offline-note")).to_contain_text("bản đã lưu")
    assert page.evaluate("getComputedStyle(document.querySelector('.masthead')).backgroundColor")
    # Never read, but kept when the program was installed.
    page.goto("/khan-cap/")
    expect(page.get_by_role("link", name="115 Cấp cứu y tế")).to_be_visible()
    page.goto("/canh-bao/")
    expect(page.locator("h1")).to_have_text("Cảnh báo")
    # Never read at all: an honest page, and the way to what there is.
    page.goto("/thong-tin/rieng-tu/")
    expect(page.locator("h1")).to_have_text("Không có mạng")
    expect(page.locator("#da-luu").get_by_role("link", name=headline).first).to_be_visible()
    page.screenshot(path=pictures / "portal-offline-360.png")

    context.set_offline(offline=False)
    page.goto(address)
    expect(page.locator(".offline-note")).to_have_count(0)
    kept = page.evaluate(
        "caches.open('da-doc').then(c => c.keys()).then(k => k.map(r => new URL(r.url).pathname))"
    )
    assert not [path for path in kept if path.startswith(("/quan-tri/", "/tim-kiem/"))]
    assert context.cookies() == []
    context.close()


def test_a_warning_that_came_before_the_signal_went_is_still_there(browser, system, pictures):
    """Opened when all was well; then a warning, seen by the open page; then no network."""
    headline = "Lũ quét ở suối Lũng Pô"
    context = browser.new_context(
        base_url=system.url, viewport={"width": 360, "height": 740}, locale="vi-VN"
    )
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.goto("/canh-bao/")
    page.goto("/")
    expect(page.get_by_text(headline)).to_have_count(0)
    with warned(system, headline):
        # As it does every twenty seconds, and when the reader comes back to it.
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.get_by_role("link", name=headline)).to_be_visible()
        page.wait_for_function(
            """async (headline) => {
              const kept = await (await caches.open('da-doc')).match('/canh-bao/');
              return kept && (await kept.text()).includes(headline);
            }""",
            arg=headline,
        )
        context.new_cdp_session(page).send("Network.clearBrowserCache")
        context.set_offline(offline=True)
        for path in ("/canh-bao/", "/", "/khan-cap/"):
            page.goto(path)
            expect(page.get_by_text(headline).first).to_be_visible()
            expect(page.locator(".offline-note")).to_contain_text("bản đã lưu")
        for number in ("112", "113", "114", "115"):
            expect(page.locator(f"main a[href='tel:{number}']").first).to_be_visible()
        page.screenshot(path=pictures / "portal-offline-warning-360.png")
        context.set_offline(offline=False)
    # The danger is over: with the network back nobody is frightened by an old page.
    page.goto("/canh-bao/")
    page.reload()
    expect(page.get_by_text(headline)).to_have_count(0)
    context.close()
