"""The main job in a browser: written, heard, cleared, released, and counted by households."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

HEADLINE = "Ngày mai rét đậm, bà con giữ ấm cho trâu bò"
ARTICLE = (
    "Từ đêm nay không khí lạnh tràn về, vùng cao có nơi dưới 3 độ C. "
    "Bà con lùa trâu bò về chuồng, che kín gió và cho ăn thêm cỏ khô."
)
SHORT = "Rét đậm từ đêm nay: lùa trâu bò về chuồng, che kín gió, cho ăn thêm."


def test_an_editor_writes_an_approver_clears_and_both_see_who_was_reached(sign_in, system, attempt):
    headline = HEADLINE + attempt
    editor = sign_in("bientap")
    page = editor.page
    editor.look("editor-home")
    editor.write(headline=headline, article=ARTICLE, short=SHORT)
    assert "3 độ C" in page.locator("#id_script").input_value()
    tree = editor.choose_area("Huyện Bát Xát")
    assert re.search(r"Đã chọn: 176 thôn · [1-9]\d*\.\d{3} hộ", " ".join(tree.split())), tree
    editor.choose_channels("Cổng thông tin điện tử", "Loa truyền thanh")
    seconds = editor.hear(editor.let_the_machine_speak())
    assert 4 < seconds < 60
    editor.look("editor-writing")
    review = editor.send_for_review()
    expect(page.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
    editor.look("review-as-author")

    approver = sign_in("duyet")
    page = approver.page
    approver.open("/quan-tri/cho-duyet/")
    approver.look("queue")
    page.get_by_role("link", name=headline).click()
    page.wait_for_url(f"**{review}")
    for text in (ARTICLE.split(",", maxsplit=1)[0], SHORT, "176", "Sẽ tới những ai"):
        expect(page.get_by_text(text).first).to_be_visible()
    assert abs(approver.hear(page.locator(".tm-voice audio").first) - seconds) < 1
    approver.look("review-as-approver")
    page.get_by_role("button", name="Duyệt", exact=True).click()
    page.wait_for_load_state()
    page.get_by_role("link", name="Xem bản phát hành").click()
    panel = page.locator(".reach")
    # The page follows by itself, without being loaded again.
    page.evaluate("window.neverReloaded = true")
    communes = panel.locator(".reach__figure").first
    expect(communes).to_have_text(re.compile(r"21\s+trong 21 xã, thị trấn"), timeout=180_000)
    assert page.evaluate("window.neverReloaded")
    expect(panel.locator(".reach__figure").nth(2)).to_have_text(
        re.compile(r"[\d.]+–[\d.]+\s+trong [\d.]+ hộ")
    )
    missed = panel.locator(".reach__missed")
    expect(missed.first).to_be_visible()
    assert "thôn" in missed.first.locator("summary").inner_text()
    assert missed.first.locator("li").count() > 0
    approver.look("release")

    online = system.rows(
        "SELECT count(*) FROM speakers_box WHERE is_online = 1 AND retired_at IS NULL"
    )[0][0]
    assert online >= 21
    system.wait_for(
        "SELECT count(DISTINCT p.box_id) = ? FROM speakers_playreport p"
        " JOIN broadcasting_playoutitem i ON replace(i.id, '-', '') = replace(p.item_id, '-', '')"
        " WHERE replace(i.release_id, '-', '') = ? AND p.outcome = 'played'",
        online,
        page.url.rstrip("/").rpartition("/")[2].replace("-", ""),
        seconds=120,
    )
    # The panel of households and the list of targets below it say the same.
    shown = page.locator(".reach__table").first.get_by_role("row", name="Loa truyền thanh")
    expect(shown).to_contain_text(f"{online}/")
    expect(page.locator("#tm-channels")).to_contain_text(f"{online} trên ")
