"""An editor publishes, corrects and withdraws; people elsewhere see each as it happens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demos")]

HEADLINE = "Lịch cấp phát cây quế giống năm nay"
CORRECTED = "Lịch cấp phát cây quế giống: lùi một ngày"
ARTICLE = "Bà con mang căn cước đến nhà văn hóa xã nhận cây giống từ bảy giờ sáng thứ Năm."
REASON = "Hết cây giống, sẽ báo lại khi có đợt mới"
COMMUNE = "/xa/02701/"
LISTS = ("/", "/tin/", COMMUNE)
GONE = 410


def test_published_corrected_withdrawn(reader_of, sign_in, attempt):
    headline, corrected = HEADLINE + attempt, CORRECTED + attempt
    readers = [
        reader_of(360, 740, False, "phone-no-scripts"),
        reader_of(360, 740, True, "phone"),
        reader_of(1280, 900, False, "desk-no-scripts"),
        reader_of(1280, 900, True, "desk"),
    ]
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")

    editor.write(headline=headline, article=ARTICLE)
    editor.choose_area("Xã Y Tý")
    editor.choose_channels("Cổng thông tin điện tử")
    review = editor.send_for_review()
    for reader in readers:
        reader.reads_anew(COMMUNE)
        expect(reader.page.get_by_role("link", name=headline, exact=True)).to_have_count(0)
    approver.clear(review)

    for reader in readers:
        for path in LISTS:
            reader.waits_until(path, headline)
        reader.page.get_by_role("link", name=headline, exact=True).first.click()
        reader.sees(headline)
        expect(reader.page.locator(".article__body")).to_contain_text("sáng thứ Năm")
    first_address = readers[0].path

    editor.open(review.replace("/ban-tin/", "/ban-tin/edit/"))
    editor.page.locator("#id_headline").fill(corrected)
    assert editor.send_for_review() == review
    approver.clear(review)
    for reader in readers:
        reader.waits_until(COMMUNE, corrected)
        for path in LISTS:
            reader.reads_anew(path)
            expect(reader.page.get_by_role("link", name=headline, exact=True)).to_have_count(0)
        # Whoever kept the first address is led to what is right, and told what has changed when.
        reader.reads_anew(first_address)
        reader.sees(corrected)
        note = reader.page.locator("p.correction")
        expect(note).to_contain_text("đã được đính chính")
        expect(note).to_contain_text(re.compile(r"\d\d:\d\d, \d\d/\d\d/\d{4}"))
        versions = reader.page.locator(".versions li")
        assert versions.count() >= 2
        expect(versions.first.locator("time")).to_be_visible()
        expect(versions.first).to_contain_text("lùi một ngày")
        reader.leaves_a_picture("journey-corrected")
    second_address = readers[0].path
    assert second_address != first_address

    approver.open(review)
    approver.page.locator("#reason").fill(REASON)
    approver.page.get_by_role("button", name="Gỡ khỏi mọi kênh").click()
    expect(approver.page.get_by_text(re.compile("Đã gỡ lúc")).first).to_be_visible()
    for reader in readers:
        assert reader.reads_anew(second_address) == GONE
        reader.sees("Bản tin này đã được gỡ")
        expect(reader.page.locator("main")).to_contain_text(REASON)
        expect(reader.page.locator("main")).not_to_contain_text("sáng thứ Năm")
        reader.leaves_a_picture("journey-withdrawn")
        for path in LISTS:
            reader.waits_until(path, corrected, is_there=False)
