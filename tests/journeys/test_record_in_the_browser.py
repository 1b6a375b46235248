"""A person's own voice, recorded with the browser's microphone, becomes what is played."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_an_editor_records_listens_and_sends(sign_in):
    editor = sign_in("bientap.yty")
    page = editor.page
    editor.write(headline="Lời chúc của già làng", article="Già làng chúc bà con khỏe mạnh.")
    widget = page.locator("[data-sound-widget]").first
    widget.get_by_role("button", name="Thu âm").click()
    expect(widget.locator("[data-sound-state]")).to_contain_text("Đang thu")
    expect(widget.locator("[data-sound-meter]")).to_be_visible()
    # Chromium's own test microphone beeps: something must be heard on the meter.
    page.wait_for_function("document.querySelector('[data-sound-level]').value > 0.02")
    page.wait_for_timeout(4000)
    editor.look("recording")
    widget.get_by_role("button", name="Dừng thu").click()
    expect(widget.locator("[data-sound-state]")).to_contain_text("Sẵn sàng")
    assert editor.hear(widget.locator("[data-sound-player]")) > 3.5
    editor.choose_area("Xã Y Tý")
    editor.choose_channels("Loa truyền thanh")
    editor.send_for_review()
    expect(page.locator(".tm-voice")).to_contain_text("thu", ignore_case=True)
    assert editor.hear(page.locator(".tm-voice audio").first) > 3.5
