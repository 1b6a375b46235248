"""Somebody needs a birth certificate for a child, types as one types on a phone, and finds it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demos")]

# No diacritics, and two letters in each other's place.
TYPED = "dang ky khia sinh"
MEANT = "đăng ký khai sinh"
FOUND = "Đăng ký khai sinh"


def test_from_a_slip_of_the_thumb_to_what_to_bring(reader):
    page = reader.page
    reader.open("/")
    page.get_by_label("Tìm trên cổng thông tin").fill(TYPED)
    page.get_by_role("search").get_by_role("button", name="Tìm").click()
    reader.sees("Tìm kiếm")
    # What was meant is already found, and offered as it is written.
    first = page.locator("ol.items .item__title a").first
    expect(first).to_have_text(FOUND)
    reader.leaves_a_picture("journey-search-misspelt")
    page.locator(".finding__meant").get_by_role("link", name=MEANT).click()
    expect(page.locator("main input[name=q]")).to_have_value(MEANT)
    expect(page.locator(".finding__meant")).to_have_count(0)
    expect(first).to_have_text(FOUND)
    first.click()

    reader.sees(FOUND)
    facts = {
        one.locator("dt").inner_text(): one.locator("dd").inner_text()
        for one in page.locator(".tt-facts > div").all()
    }
    assert re.search(r"\d+ ngày", facts["Thời hạn"])
    assert re.search(r"[\d.]+ (đ|đồng)|Không thu|Miễn", facts["Lệ phí"])
    assert facts["Nộp ở đâu"].strip()
    papers, steps = page.locator(".tt-paper"), page.locator(".tt-steps li")
    assert papers.count() >= 2
    assert steps.count() >= 3
    for one in (papers.first, steps.first):
        one.scroll_into_view_if_needed()
        expect(one).to_be_visible()
    reader.leaves_a_picture("journey-procedure")


def test_what_is_typed_is_answered_before_it_is_sent(reader_of):
    reader = reader_of(360, 740, True, "phone")
    page = reader.page
    reader.open("/")
    field = page.get_by_label("Tìm trên cổng thông tin")
    field.press_sequentially("khai si", delay=40)
    offered = page.get_by_role("option", name=re.compile(FOUND))
    expect(offered.first).to_be_visible()
    reader.leaves_a_picture("journey-suggestions")
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url(re.compile(r"/(thu-tuc|tim-kiem)/"))


def test_the_catalogue_leads_there_without_a_word_typed(reader):
    page = reader.page
    reader.open("/")
    page.get_by_role("navigation", name="Việc bà con hay cần").get_by_role(
        "link", name=re.compile("Thủ tục")
    ).click()
    page.get_by_role("link", name=re.compile("Hộ tịch")).first.click()
    page.get_by_role("link", name=FOUND, exact=True).click()
    reader.sees(FOUND)
