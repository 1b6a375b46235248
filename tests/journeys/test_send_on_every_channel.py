"""One bulletin on every channel there is, and back: the map of who was reached, the leader's page."""

from __future__ import annotations

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

HEADLINE = "Tối nay trạm xá xã trực cả đêm"
ARTICLE = "Trạm y tế xã trực cả đêm. Bà con đến khám không mất tiền, mang theo thẻ bảo hiểm."
SHORT = "Trạm xá trực cả đêm, khám không mất tiền. Mang thẻ bảo hiểm."
COMMUNE = "02701"


def test_every_channel_there_and_back_to_the_map_and_the_leaders_page(sign_in, system, attempt):
    headline = HEADLINE + attempt
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")
    page = editor.page
    editor.write(headline=headline, article=ARTICLE, short=SHORT)
    editor.choose_area("Xã Y Tý")
    codes = [box.get_attribute("value") for box in page.locator("input[name=channels]").all()]
    assert {"portal", "loudspeakers", "screens", "print", "outreach", "sms"} <= set(codes)
    for box in page.locator("input[name=channels]").all():
        box.check()
    editor.hear(editor.let_the_machine_speak())
    review = editor.send_for_review()
    approver.clear(review)
    approver.page.get_by_role("link", name="Xem bản phát hành").click()
    release = approver.page.url.rstrip("/").rpartition("/")[2]
    page = approver.page
    # What needs nobody happens by itself: the boxes prove their plays.
    row = page.locator(".reach__table").first.get_by_role("row", name="Loa truyền thanh")
    expect(row).to_contain_text(re.compile(r"[1-9]\d*/\d+ đã tới"), timeout=180_000)

    # What people do, they write down: leaflets to every door of a village without a loudspeaker.
    (village,) = system.rows(
        "SELECT v.code, v.name, v.households FROM releases_delivery d"
        " JOIN places_village v ON v.id = d.village_id WHERE d.channel = 'print'"
        " AND replace(d.release_id, '-', '') = ? AND v.households > 0 AND NOT EXISTS"
        " (SELECT 1 FROM speakers_box b WHERE b.village_id = v.id AND b.is_online = 1)"
        " ORDER BY v.code LIMIT 1",
        release.replace("-", ""),
    )
    code, name, households = village
    given = min(households, 25)
    page = editor.page
    editor.open(f"/quan-tri/ban-in/{release}/?thon={code}")
    page.locator("#id_act").select_option("given")
    page.locator("#id_copies").fill(str(given))
    page.locator("#id_households").fill(str(given))
    page.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("Đã ghi")

    # The map counts both, and says who is still missed.
    editor.open(f"/quan-tri/do-phu/{release}/thon/")
    reached = page.locator(".reach__dot--reached, .reach__dot--language")
    assert reached.count() >= 2
    expect(page.locator(f".reach__dot title:has-text('{name},')").first).to_have_text(
        re.compile(rf"{given}/{households} hộ")
    )
    expect(page.locator("main")).to_contain_text("Bản in (áp phích, tờ rơi)")
    editor.look("every-channel-on-the-map")

    # The leader's page counts it as well, once the worker has; what is printed says the same.
    page = approver.page
    leader = f"/quan-tri/do-phu/?don-vi={COMMUNE}"
    for _ in range(60):
        approver.open(leader)
        if not page.get_by_text("đang được tính lại").count():
            break
        page.wait_for_timeout(1000)
    approver.look("leader-of-a-commune")
    figures = " ".join(page.locator(".tm-facts").first.inner_text().split())
    answer = page.request.get(f"/quan-tri/do-phu/bao-cao.pdf?don-vi={COMMUNE}")
    assert answer.headers["content-type"] == "application/pdf"
    document = PdfReader(io.BytesIO(answer.body()))
    text = " ".join(" ".join(sheet.extract_text() for sheet in document.pages).split())
    assert "Độ phủ thông tin: Xã Y Tý" in text
    assert "Không có bản tin nào" not in text
    for name in ("Bản tin", "Hộ được tới ít nhất một lần"):
        figure = re.search(rf"{name} ([\d.–]+)", figures)
        assert figure is not None
        assert figure[1] != "0"
        assert f"{name} {figure[1]}" in text
