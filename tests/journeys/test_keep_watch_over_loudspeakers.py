"""The operator's board: live figures, commands that boxes answer, boxes that come and go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
LIVE_MS = 90_000
A_PAGE = 30  # rows of the board


def boxes_online(system):
    return [
        serial
        for (serial,) in system.rows(
            "SELECT serial FROM speakers_box WHERE is_online = 1 AND retired_at IS NULL"
            " ORDER BY serial"
        )
    ]


def never_reloads(page):
    page.evaluate("window.neverReloaded = true")
    return lambda: page.evaluate("window.neverReloaded === true")


def test_the_operator_sets_a_volume_and_sounds_a_tone(sign_in, system):
    operator = sign_in("trucdai")
    board = operator.page
    operator.open("/quan-tri/loa/?unit=02701")
    operator.look("board-of-a-commune")
    operator.open("/quan-tri/loa/")
    in_use = system.rows("SELECT count(*) FROM speakers_box WHERE retired_at IS NULL")[0][0]
    expect(board.locator("#loa-rows tr")).to_have_count(min(in_use, A_PAGE))
    expect(board.locator("#loa-map canvas")).to_be_visible()
    is_same_page = never_reloads(board)
    operator.glance("board")

    serial = next(one for one in boxes_online(system) if board.locator(f"#loa-{one}").count())
    box = board.context.new_page()
    box.goto(f"/quan-tri/loa/{serial}/")
    now = int(box.locator("#loa-volume").input_value())
    wanted = now - 10 if now > 20 else now + 10
    box.locator("#loa-volume").fill(str(wanted))
    box.get_by_role("button", name="Đặt", exact=True).click()
    told = box.locator("#loa-box .loa-facts").get_by_text(re.compile(rf"^{wanted} / \d+$"))
    expect(told).to_be_visible(timeout=LIVE_MS)
    expect(board.locator(f"#loa-{serial} [data-label='Âm lượng']")).to_have_text(
        str(wanted), timeout=LIVE_MS
    )
    assert is_same_page()

    # A test never cuts off what plays, such as the demo's first bulletin.
    system.wait_for(
        "SELECT playing_item = '' FROM speakers_box WHERE serial = ?", serial, seconds=180
    )
    box.get_by_role("button", name="Phát tiếng thử").click()
    stays = never_reloads(box)
    sent = box.locator("#loa-box tr").filter(has_text="Phát tiếng thử").first
    expect(sent).to_contain_text(
        re.compile("đã làm|đã thực hiện|xong", re.IGNORECASE), timeout=LIVE_MS
    )
    assert stays()
    operator.page = box
    operator.look("box")


def test_a_new_box_gets_a_code_that_is_shown_once(sign_in):
    operator = sign_in("trucdai")
    page = operator.page
    operator.open("/quan-tri/loa/")
    page.get_by_role("link", name="Thêm cụm loa").click()
    operator.look("enrol-form")
    page.locator("select[name=village]").select_option(index=1)
    page.locator("input[name=name]").fill("Loa nhà văn hóa mới")
    page.get_by_role("button", name="Tạo mã đăng ký").click()
    code = page.locator(".loa-code-text").inner_text()
    assert len(code) >= 16
    for command in page.locator(".loa-command").all():  # with the package, and without
        expect(command).to_contain_text(code)
    expect(page.locator(".loa-qr svg")).to_be_visible()
    operator.look("enrol-code")
    operator.open("/quan-tri/loa/them/")
    expect(page.locator("body")).not_to_contain_text(code)


def test_a_retired_box_leaves_the_board(sign_in, system):
    operator = sign_in("trucdai")
    page = operator.page
    # One that has a neighbour: other tests expect every commune to hear its bulletin.
    (serial,) = system.rows(
        "SELECT max(b.serial) FROM speakers_box b JOIN places_village v ON v.id = b.village_id"
        " WHERE b.is_online = 1 AND b.retired_at IS NULL"
        " GROUP BY v.unit_id HAVING count(*) > 1 LIMIT 1"
    )[0]
    operator.open(f"/quan-tri/loa/{serial}/")
    page.get_by_text("Ngừng sử dụng cụm loa này").click()
    page.locator("#loa-reason").fill("Sét đánh hỏng, thay cụm khác")
    page.get_by_role("button", name="Ngừng sử dụng", exact=True).click()
    operator.open("/quan-tri/loa/")
    expect(page.locator(f"#loa-{serial}")).to_have_count(0)
    system.wait_for(
        "SELECT retired_at IS NOT NULL AND is_online = 0 FROM speakers_box WHERE serial = ?", serial
    )
    operator.open(f"/quan-tri/loa/{serial}/")
    expect(page.get_by_role("button", name="Phát tiếng thử")).to_have_count(0)
