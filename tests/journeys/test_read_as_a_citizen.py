"""A citizen on the portal: finds what was released, hears it, sees their commune, follows it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from playwright.sync_api import expect
from running_system import ROOT

LASTING = ROOT / "packages/tiengmo/src/tiengmo/config/demo/texts/lua-dao.txt"
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_a_citizen_reads_hears_and_follows(citizen):
    page = citizen.page
    citizen.open("/")
    citizen.look("portal-home")
    # The newest may be one commune's, released by another journey: this one is for everybody.
    headline = LASTING.read_text(encoding="utf-8").partition("\n")[0]
    citizen.open("/tin/")
    page.get_by_role("link", name=headline).first.click()
    expect(page.locator("h1")).to_have_text(headline)
    assert citizen.hear(page.locator("audio")) > 3
    expect(page.get_by_text(re.compile(r"Người duyệt: \w+"))).to_be_visible()
    citizen.look("portal-bulletin")
    citizen.open("/")
    page.locator(".commune-grid").get_by_role("link", name="Xã Y Tý").click()
    expect(page.locator("h1")).to_have_text("Xã Y Tý")
    expect(page.get_by_role("link", name=headline).first).to_be_visible()
    citizen.look("portal-commune")
    feed = page.get_by_role("link", name="Theo dõi Xã Y Tý bằng RSS").get_attribute("href")
    answer = page.request.get(feed)
    assert "rss+xml" in answer.headers["content-type"]
    channel = ET.fromstring(answer.text()).find("channel")
    titles = {item.findtext("title"): item for item in channel.iter("item")}
    sound = titles[headline].find("enclosure")
    assert sound.get("type") == "audio/mpeg"
    heard = page.request.get(sound.get("url"))
    assert heard.ok
    assert len(heard.body()) == int(sound.get("length"))


def test_the_portal_reads_without_scripts_or_cookies(browser, system):
    context = browser.new_context(base_url=system.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator(".lead__title a").click()
    expect(page.locator("article h1")).to_be_visible()
    assert context.cookies() == []
    context.close()


def test_what_is_not_there_says_so(citizen):
    answer = citizen.page.goto("/tin/khong-co-bai-nay/")
    assert answer.status == 404
    expect(citizen.page.locator("h1")).to_be_visible()
    citizen.look("portal-not-found")
