"""A person before a microphone, as this machine has them: a browser that plays a file to itself."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from tiengmo.config.demo.locality import PASSWORD

from .listening import SHARE_MICROPHONE, phrase, write_wav

CHROMIUM = Path("/usr/bin/chromium")


@contextmanager
def microphone(system, folder):
    """A page of the operator's, signed in, whose microphone says the phrase again and again."""
    if not CHROMIUM.exists():
        pytest.skip("needs /usr/bin/chromium")
    voice = write_wav(folder / "voice.wav", phrase())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={voice}",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        context = browser.new_context(
            base_url=system.url, locale="vi-VN", permissions=["microphone"]
        )
        context.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        context.add_init_script(SHARE_MICROPHONE)
        yield signed_in(context, "trucdai")
        browser.close()


def signed_in(context, username):
    page = context.new_page()
    page.goto("/quan-tri/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/quan-tri/")
    return page


def go_live(page, title):
    page.goto("/quan-tri/len-song/")
    page.locator("[data-area-tree] > ul > li > label input").first.check()
    page.locator("#id_title").fill(title)
    page.get_by_role("button", name="LÊN SÓNG").click()
    expect(page.locator("[data-air-say]")).to_have_text("Mời nói.")
