import unicodedata

import pytest
from django.core.exceptions import ValidationError

from tiengmo.newsroom import texts
from tiengmo.newsroom.actions import bulletin_from_text, edit_bulletin, submit_bulletin
from tiengmo.newsroom.errors import NotReady
from tiengmo.newsroom.forms_of import clean_html

from .factories import make_bulletin

pytestmark = pytest.mark.django_db


def refusal(locality, **fields):
    with pytest.raises(ValidationError) as refused:
        make_bulletin(locality, **fields)
    return refused.value.message_dict


def test_empty(locality):
    assert "headline" in refusal(locality, headline="")
    assert refusal(locality, headline=" \u00a0\t ")["headline"]


def test_empty_script_is_named_when_it_goes_to_loudspeakers(locality):
    bulletin = make_bulletin(locality, script="")
    with pytest.raises(NotReady, match="Loa cần có lời đọc"):
        submit_bulletin(bulletin, by=locality.member)


def test_only_emoji(locality):
    assert "chưa có chữ nào" in refusal(locality, headline="🎉🎉🎉")["headline"][0]
    assert "chưa có chữ nào" in refusal(locality, script="👍 !!! 123")["script"][0]


def test_emoji_beside_words_are_kept(locality):
    assert make_bulletin(locality, headline="Chúc mừng 👨‍👩‍👧 gia đình").headline.endswith(
        "gia đình"
    )


def test_one_megabyte(locality):
    megabyte = "Tin tức. " * 120_000
    told = refusal(locality, script=megabyte, body=f"<p>{megabyte}</p>", summary=megabyte)
    assert "Lời đọc dài 1.079.999 ký tự, nhiều nhất là 24.000" in told["script"][0]
    assert "Bài viết dài" in told["body"][0]
    assert "Tóm tắt dài" in told["summary"][0]


def test_decomposed_text_is_stored_composed_and_measured_composed(locality):
    headline = "Đ" + "ộ" * 119
    bulletin = make_bulletin(locality, headline=unicodedata.normalize("NFD", headline))
    assert bulletin.headline == headline
    for name in ("script", "summary", "body", "short_text"):
        bulletin = make_bulletin(locality, **{name: unicodedata.normalize("NFD", "Hoà bình")})
        assert unicodedata.is_normalized("NFC", getattr(bulletin, name))


def test_control_and_direction_characters_are_taken_out(locality):
    bulletin = make_bulletin(
        locality,
        headline="Lịch\x00 tiêm\u202e phòng\r\nmới",
        script="Dòng một.\r\nDòng hai.\x07",
        body="<p>Bài\x00 viết\u202e.</p>",
    )
    assert bulletin.headline == "Lịch tiêm phòng mới"
    assert bulletin.script == "Dòng một.\nDòng hai."
    assert bulletin.body == "<p>Bài viết.</p>"


def test_scripts_and_handlers_never_reach_a_reader(locality):
    body = (
        '<p onclick="x()">Chữ</p><script>alert(1)</script>'
        '<a href="javascript:alert(1)">bấm</a><img src=x onerror=alert(1)><iframe src="//x"></iframe>'
    )
    html = clean_html(body)
    for bad in ("script", "onclick", "javascript", "onerror", "iframe", "<img"):
        assert bad not in html
    assert "<p>Chữ</p>" in html


def test_markup_in_a_headline_is_text(locality):
    bulletin = make_bulletin(locality, headline="<script>alert(1)</script> Tin")
    assert bulletin.headline == "<script>alert(1)</script> Tin"


def test_a_text_file_becomes_a_bulletin(locality):
    title = "Xã tổ chức ngày hội đại đoàn kết " * 6
    bulletin = bulletin_from_text(
        f"{title}\n\nĐoạn một <b>của</b> bài.\n\nĐoạn hai của bài.\n",
        unit=locality.here,
        author=locality.member,
    )
    assert len(bulletin.headline) <= texts.HEADLINE_CHARACTERS
    assert bulletin.headline.endswith("…")
    assert not bulletin.headline[:-1].endswith(" ")
    assert bulletin.body == "<p>Đoạn một &lt;b&gt;của&lt;/b&gt; bài.</p><p>Đoạn hai của bài.</p>"
    assert "Đoạn một" in bulletin.script
    edit_bulletin(bulletin, by=locality.member)
    assert bulletin.pk


def test_a_text_file_read_in_full(locality):
    bulletin = bulletin_from_text(
        "Tiêu đề\nDòng một.\nDòng hai.", unit=locality.here, author=locality.member, full=True
    )
    assert bulletin.script == "Tiêu đề\nDòng một.\nDòng hai."


@pytest.mark.parametrize("text", ["", " \n ", "🎉", "\x00\x01"])
def test_an_empty_text_file(locality, text):
    with pytest.raises(NotReady, match="không có chữ"):
        bulletin_from_text(text, unit=locality.here, author=locality.member)
