"""A villager follows one village by letter, hears what is new there, and leaves with one click."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import expect

from .letters import letters_to, link_in, wait_for_letter

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demos")]

COMMUNE = "02701"
# Nobody reads a form and fills it in quicker than this (portal.guard).
A_PERSON_TAKES = 2_100
OK = 200


def asks_to_follow(reader, address):
    """Open a commune's villages, tick the first, leave an address; give the village's name."""
    page = reader.page
    reader.open("/theo-doi/")
    page.get_by_label("Xem thôn của xã").select_option(COMMUNE)
    page.get_by_role("button", name="Mở danh sách thôn").click()
    villages = page.get_by_role("group", name="Thôn của Xã Y Tý")
    village = villages.get_by_role("checkbox").first
    name = villages.locator("li label").first.inner_text().strip()
    village.check()
    page.get_by_label("Địa chỉ thư điện tử").fill(address)
    page.wait_for_timeout(A_PERSON_TAKES)
    reader.leaves_a_picture("journey-follow")
    page.get_by_role("button", name="Gửi thư xác nhận cho tôi").click()
    reader.sees("Xin mở hộp thư")
    return name


def confirms(reader, system, address):
    """Open the letter's link, and press the one button there."""
    reader.page.goto(link_in(wait_for_letter(system.home, address), "xac-nhan"))
    reader.sees("Xác nhận theo dõi")
    reader.page.get_by_role("button", name="Xác nhận").click()
    reader.sees("Tin tôi theo dõi")
    expect(reader.page.get_by_text("Đã xác nhận.")).to_be_visible()


def test_follow_and_leave_by_the_page(reader, system):
    address = f"ba.con.{secrets.token_hex(4)}@example.vn"
    page = reader.page
    village = asks_to_follow(reader, address)
    confirms(reader, system, address)
    expect(page.get_by_role("checkbox")).to_have_count(1)
    expect(page.locator("fieldset").first).to_contain_text(village)
    reader.leaves_a_picture("journey-own-page")
    own = page.url
    page.get_by_role("button", name="Ngừng theo dõi tất cả").click()
    reader.sees("Đã ngừng theo dõi")
    page.goto(own)
    reader.sees("Đã ngừng theo dõi")


def followers(system):
    return system.rows("SELECT count(*) FROM email_followers_follower")[0][0]


def test_a_letter_comes_with_what_is_new_and_one_click_ends_it(reader_of, system, sign_in, attempt):
    reader = reader_of(360, 740, False, "phone-no-scripts")
    others = followers(system)
    address = f"ba.con.{secrets.token_hex(4)}@example.vn"
    asks_to_follow(reader, address)
    confirms(reader, system, address)
    own = reader.page.url.partition("?")[0]

    headline = "Lịch tiêm vắc xin cho trâu bò tại các thôn" + attempt
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")
    editor.write(headline=headline, article="Cán bộ thú y đến từng thôn trong tuần này.")
    editor.choose_area("Xã Y Tý")
    editor.choose_channels("Cổng thông tin điện tử")
    approver.clear(editor.send_for_review())

    letter = wait_for_letter(system.home, address, subject=headline)
    article = link_in_news(letter, system.url)
    reader.page.goto(article)
    reader.sees(headline)
    # What the button "unsubscribe" of a mail program does (RFC 8058).
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = letter["List-Unsubscribe"].strip().strip("<>")
    answer = reader.page.request.post(leave, form={"List-Unsubscribe": "One-Click"})
    assert answer.status == OK
    reader.page.goto(own)
    reader.sees("Đã ngừng theo dõi")
    assert followers(system) == others, "nothing is kept of who has left"
    assert len(letters_to(system.home, address)) == 2


def link_in_news(letter, url):
    text = letter.get_body(("plain",)).get_content()
    return next(word for word in text.split() if word.startswith(f"{url}/tin/"))
