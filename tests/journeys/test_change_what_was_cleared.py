"""Nothing goes out that nobody cleared, nobody clears their own, and what is out can be taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

ARTICLE = "Ủy ban nhân dân xã mời bà con đến nhà văn hóa nhận giống ngô vụ xuân."


def written(editor, headline):
    """A bulletin for the portal of one commune, waiting to be cleared; its review page."""
    editor.write(headline=headline, article=ARTICLE)
    editor.choose_area("Xã Y Tý")
    editor.choose_channels("Cổng thông tin điện tử")
    return editor.send_for_review()


def test_sent_back_with_a_comment_and_sent_again(sign_in, attempt):
    headline = "Nhận giống ngô tại nhà văn hóa" + attempt
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")
    review = written(editor, headline)
    expect(editor.page.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
    page = approver.page
    approver.open(review)
    page.get_by_text("Trả lại kèm ý kiến").click()
    page.locator("#comment").fill("Ghi rõ ngày giờ nhận giống.")
    page.get_by_role("button", name="Trả lại", exact=True).click()
    expect(page.get_by_text("Đã trả lại").first).to_be_visible()

    page = editor.page
    editor.open("/quan-tri/")
    expect(page.get_by_text("Được trả lại, cần bạn sửa")).to_be_visible()
    page.get_by_role("link", name=headline).first.click()
    expect(page.get_by_text("Ghi rõ ngày giờ nhận giống.")).to_be_visible()
    editor.look("sent-back")
    page.locator("#id_headline").fill(f"{headline} sáng 25/11")
    assert editor.send_for_review() == review


def test_an_edit_after_clearing_goes_out_only_when_cleared_again(sign_in, citizen, attempt):
    headline = "Lịch nhận giống ngô vụ xuân" + attempt
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")
    review = written(editor, headline)
    approver.clear(review)
    page = citizen.page
    citizen.find("/xa/02701/", headline).click()
    expect(page.locator("h1")).to_have_text(headline)
    address = page.url

    corrected = f"{headline}: đổi sang ngày 27/11"
    editor.open(f"{review}".replace("/ban-tin/", "/ban-tin/edit/"))
    editor.page.locator("#id_headline").fill(corrected)
    assert editor.send_for_review() == review
    page.goto(address)
    expect(page.locator("h1")).to_have_text(headline)

    approver.open(review)
    expect(approver.page.get_by_text("Khác gì so với bản đã duyệt")).to_be_visible()
    approver.look("review-of-a-change")
    approver.clear(review)
    citizen.find("/xa/02701/", corrected)
    citizen.find("/xa/02701/", headline, is_there=False)


def test_what_is_withdrawn_is_gone_and_says_why(sign_in, citizen, attempt):
    headline = "Thông báo cấp phát nhầm ngày" + attempt
    reason = "Sai ngày cấp phát, sẽ có thông báo mới"
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")
    review = written(editor, headline)
    approver.clear(review)
    page = citizen.page
    citizen.find("/xa/02701/", headline).click()
    expect(page.locator("h1")).to_have_text(headline)
    address = page.url

    approver.open(review)
    approver.page.locator("#reason").fill(reason)
    approver.page.get_by_role("button", name="Gỡ khỏi mọi kênh").click()
    expect(approver.page.get_by_text(re.compile("Đã gỡ lúc"))).to_be_visible()
    approver.look("withdrawn-for-staff")
    # For everybody else at once; who has the page open sees it when they ask again.
    assert page.request.get(address).status == 410
    page.goto("/")
    page.goto(address)
    answer = page.reload()
    assert answer.status == 410
    expect(page.get_by_text(reason)).to_be_visible()
    expect(page.get_by_text(ARTICLE)).to_have_count(0)
    citizen.look("portal-withdrawn")
    citizen.find("/xa/02701/", headline, is_there=False)
