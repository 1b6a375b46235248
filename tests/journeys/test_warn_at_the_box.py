"""Two people stand at a box that nothing else reaches, with two telephones."""

from __future__ import annotations

import asyncio

import pytest
from axe_core_python.async_playwright import Axe
from playwright.async_api import async_playwright, expect
from running_system import ROOT
from speaker_link.kinds import Kind

from bench.agent_village import PASSPHRASE, Person, Village

from .conftest import CHROMIUM
from .pages import GRAVE

pytestmark = [pytest.mark.journey, pytest.mark.enable_socket]
PICTURES = ROOT / "var" / "journeys"


class Telephone:
    """One person's: 360 pixels wide, their key among its files."""

    def __init__(self, page, key):
        self.page = page
        self.key = key

    async def sign(self, button, *, passphrase=PASSPHRASE):
        page = self.page
        await page.locator("#key").set_input_files(self.key)
        await page.locator("#passphrase").fill(passphrase)
        await page.get_by_role("button", name=button, exact=True).click()

    async def look(self, name):
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= 360
        found = await Axe().run(self.page)
        assert found["passes"], "axe looked at nothing"
        grave = [one for one in found["violations"] if one["impact"] in GRAVE]
        assert not grave, grave
        await self.page.screenshot(path=PICTURES / f"at-the-box-{name}.png", full_page=True)


async def telephones(browser, village, *names):
    for name in names:
        context = await browser.new_context(
            base_url=str(village.phone.base_url),
            # The person compares the fingerprint on the sticker instead.
            ignore_https_errors=True,
            viewport={"width": 360, "height": 740},
            permissions=["microphone"],
        )
        context.set_default_timeout(30_000)
        key = village.folder / f"{len(browser.contexts)}.tmkey"
        key.write_bytes(Person(village.root, name).file())
        page = await context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        yield Telephone(page, key)


async def warn(lan, pao):
    page = lan.page
    await page.goto("/")
    await page.get_by_role("link", name="Phát cảnh báo", exact=True).click()
    await page.locator("#title").fill("Lũ quét suối Lũng Pô: rời ngay khỏi bờ suối")
    await page.get_by_role("button", name="Ghi âm ngay").click()
    await page.wait_for_timeout(2500)
    await page.get_by_role("button", name="Dừng ghi").click()
    await expect(page.locator("[data-heard]")).to_be_visible()
    await lan.look("alert")
    await lan.sign("Ký")
    await expect(page.get_by_role("heading", name="Chờ ký")).to_be_visible()

    await pao.page.goto("/")
    await pao.page.get_by_role("link", name="Lũ quét suối Lũng Pô").click()
    await pao.look("second")
    await pao.sign("Ký và phát", passphrase="không phải")
    await expect(pao.page.get_by_role("alert")).to_contain_text("Mật khẩu ký không đúng")
    await pao.page.go_back()
    await pao.sign("Ký và phát")
    await expect(pao.page.get_by_role("heading", name="Đã phát")).to_be_visible()
    await pao.look("issued")


async def speak(lan, pao):
    await lan.page.goto("/noi")
    await lan.page.locator("#title").fill("Nước lên nhanh")
    await lan.sign("Ký")
    await pao.page.goto(lan.page.url)
    await pao.sign("Ký và phát")
    await pao.page.get_by_role("button", name="Bắt đầu nói").click()
    await expect(pao.page.locator("[data-tell]")).to_contain_text("Đang phát")
    await pao.page.wait_for_timeout(4000)
    await pao.look("on-air")
    await pao.page.get_by_role("button", name="Kết thúc").click()
    await expect(pao.page.locator("[data-tell]")).to_contain_text("Đã kết thúc")


def test_two_telephones_warn_and_speak(tmp_path):
    if not CHROMIUM.exists():
        pytest.skip("needs /usr/bin/chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    folder = tmp_path / "0001"
    folder.mkdir()

    async def story():
        village = Village(folder)
        async with village.running(output="wav"), async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=str(CHROMIUM),
                args=[
                    "--no-sandbox",
                    "--use-fake-ui-for-media-stream",
                    "--use-fake-device-for-media-stream",
                ],
            )
            people = telephones(browser, village, "Nguyễn Thị Lan (#1)", "Giàng A Páo (#2)")
            lan, pao = [one async for one in people]
            await warn(lan, pao)
            await speak(lan, pao)
            await village.until(lambda: len(village.reports(Kind.PLAY_REPORT)) >= 2)
            await browser.close()
            return village.reports(Kind.PLAY_REPORT), village.reports(Kind.LOCAL_ISSUE)

    played, issued = asyncio.run(story())
    alert, voice = played
    assert alert.outcome == "played"
    # A browser on a busy machine leaves holes of its own in what it sends.
    assert voice.samples_played > voice.samples_expected / 2
    assert len(issued) == 2
    # Chromium's test microphone beeps: that is what was heard.
    assert all(one.level_dbfs > -50 for one in played)
