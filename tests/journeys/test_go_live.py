"""An operator goes live from a phone; a colleague sees it, and cannot speak over it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_an_operator_speaks_and_the_loudspeakers_come_back_by_themselves(sign_in, system):
    operator = sign_in("trucdai")
    page = operator.page
    operator.open("/quan-tri/len-song/")
    page.get_by_role("button", name="Kiểm tra micrô").click()
    # Chromium's own test microphone beeps: something must be seen on the meter.
    page.wait_for_function("document.querySelector('[data-studio-level]').value > -40")
    operator.choose_area("Huyện Bát Xát")
    page.locator("#id_title").fill("Báo lũ quét")
    operator.look("go-live")
    page.get_by_role("button", name="LÊN SÓNG").click()
    expect(page.locator("[data-air-state]")).to_have_text("ĐANG LÊN SÓNG")
    expect(page.locator("[data-air-say]")).to_have_text("Mời nói.")
    on_air = page.url
    assert re.search(r"/len-song/[\w-]+/$", on_air)
    # Loudspeakers say what they play every twenty seconds or so.
    expect(page.locator("[data-air-playing]")).not_to_have_text("0")
    operator.look("on-air")

    colleague = sign_in("trucdai")
    colleague.open("/quan-tri/len-song/")
    expect(colleague.page.locator(".ls-open")).to_contain_text("Báo lũ quét")
    colleague.choose_area("Xã Y Tý")
    colleague.page.get_by_role("button", name="LÊN SÓNG").click()
    expect(colleague.page.locator("[data-studio-errors]")).to_contain_text("Vàng A Páo")
    expect(colleague.page.locator("[data-studio-errors]")).to_contain_text("từ")
    colleague.look("area-taken")

    page.get_by_role("button", name="Dừng phát").click()
    expect(page.get_by_text("người phát bấm dừng").first).to_be_visible()
    # Kept as a sound, to be broadcast again.
    player = page.locator("audio")
    for _attempt in range(40):
        if player.count():
            break
        page.wait_for_timeout(2000)
        page.reload()
    assert operator.hear(player) > 5
    operator.look("after-live")


def test_a_relay_is_set_up_with_its_hours(sign_in):
    operator = sign_in("trucdai")
    page = operator.page
    operator.open("/quan-tri/tiep-am/them/")
    page.locator("#id_title").fill("Tiếp âm đài tỉnh")
    page.locator("#id_station").select_option(label="Xã Y Tý")
    page.get_by_label("Địa chỉ luồng").first.check()
    page.locator("#id_url").fill("https://dai.example.vn/phat-thanh.mp3")
    operator.choose_area("Xã Y Tý")
    for day in ("Thứ hai", "Thứ tư"):
        page.locator(".ls-hours-row").first.get_by_label(day).check()
    page.locator("#id_hours-0-starts").fill("05:00")
    page.locator("#id_hours-0-ends").fill("05:30")
    operator.look("relay-form")
    page.get_by_role("button", name="Lưu", exact=True).click()
    relay = page.locator(".ls-relays > li").filter(has_text="Tiếp âm đài tỉnh").last
    expect(relay).to_contain_text("05:00–05:30")
    expect(relay).to_contain_text("Thứ hai, Thứ tư")
    operator.look("relays")
