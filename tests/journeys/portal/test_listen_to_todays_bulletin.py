"""Somebody who would rather listen than read hears what came out today."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demos")]

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
POSITION = "audio => audio.currentTime"
PLAYS = "audio => audio.currentTime > 0.4 && !audio.error"
PARTIAL = 206


def starts(reader, player):
    """Press the player's own button; it needs no script of ours."""
    player.scroll_into_view_if_needed()
    box = player.bounding_box()
    player.click(position={"x": min(30, box["width"] / 2), "y": box["height"] / 2})
    for _ in range(100):
        if player.evaluate(PLAYS):
            break
        reader.page.wait_for_timeout(100)
    first = player.evaluate(POSITION)
    assert first > 0.4, player.evaluate("a => [a.currentSrc, a.networkState, a.error?.message]")
    reader.page.wait_for_timeout(500)
    assert player.evaluate(POSITION) > first, "it went on"
    player.evaluate("audio => audio.pause()")


def test_todays_bulletin_is_heard_where_it_stands_and_on_its_page(reader):
    page = reader.page
    reader.open("/")
    often_needed = page.get_by_role("navigation", name="Việc bà con hay cần")
    often_needed.get_by_role("link", name=re.compile("Nghe đài")).click()
    reader.sees("Nghe")
    newest = page.locator(".ng-item").first
    released = datetime.fromisoformat(newest.locator("time").get_attribute("datetime"))
    assert released.astimezone(HERE).date() == datetime.now(HERE).date(), "not of today"
    starts(reader, newest.locator("audio"))
    reader.leaves_a_picture("journey-listen")

    headline = newest.locator("h3").inner_text()
    newest.locator("h3 a").click()
    reader.sees(headline)
    starts(reader, page.locator("article audio"))

    # The file itself, for a player of one's own: a link, the right type, and any part of it.
    link = page.locator("article").get_by_role("link", name="Tải về")
    expect(link).to_be_visible()
    address = link.get_attribute("href")
    whole = page.request.get(address)
    assert whole.headers["content-type"] == "audio/mpeg"
    assert whole.headers["accept-ranges"] == "bytes"
    part = page.request.get(address, headers={"Range": "bytes=1000-1999"})
    assert part.status == PARTIAL
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(whole.body())}"
    assert part.body() == whole.body()[1000:2000]
