import codecs
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.foundation.decoding import _TCVN3, DecodedText, UndecodableText, decode_text

NOTICE = (
    "Ủy ban nhân dân xã thông báo lịch tiêm phòng cho đàn gia súc.\n"
    "Đề nghị bà con mang theo sổ theo dõi; trưởng thôn nhắc từng hộ ở xa đường cái."
)
# Fonts of that encoding have no capitals with tone marks.
LOWER = NOTICE.replace("Ủ", "ủ").replace("Đề", "đề")


def as_tcvn3(text: str) -> bytes:
    back = {letter: byte for byte, letter in _TCVN3.items()}
    return bytes(back.get(letter) or ord(letter) for letter in text)


def as_windows_1258(text: str) -> bytes:
    out = b""
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            stem, tone = unicodedata.normalize("NFD", letter)[:-1], ""
            parts = unicodedata.normalize("NFD", letter)
            tone = next(p for p in parts if p in "\u0300\u0301\u0303\u0309\u0323")
            stem = unicodedata.normalize("NFC", parts.replace(tone, ""))
            out += stem.encode("cp1258") + tone.encode("cp1258")
    return out


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (NOTICE.encode(), "utf-8"),
        (codecs.BOM_UTF8 + NOTICE.encode(), "utf-8"),
        (unicodedata.normalize("NFD", NOTICE).encode(), "utf-8"),
        (NOTICE.encode("utf-16"), "utf-16-le"),
        (NOTICE.encode("utf-16-le"), "utf-16-le"),
        (NOTICE.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF16_BE + NOTICE.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + NOTICE.encode("utf-32-le"), "utf-32-le"),
        (as_windows_1258(NOTICE), "windows-1258"),
    ],
)
def test_an_office_file_is_read(raw: bytes, encoding: str):
    assert decode_text(raw) == DecodedText(NOTICE, encoding)


def test_a_file_of_the_old_fonts_is_read():
    assert decode_text(as_tcvn3(LOWER)) == DecodedText(LOWER, "tcvn3")


def test_line_ends_and_controls_are_tidied():
    assert decode_text("Xã\r\nthôn\r\tbản\x07\u200b".encode()).text == "Xã\nthôn\n\tbản"


def test_plain_letters_are_read():
    assert decode_text(b"Thong bao 123").text == "Thong bao 123"
    assert decode_text(b"").text == ""


@pytest.mark.parametrize(
    "raw",
    [
        bytes(range(256)) * 4,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(200)),
        codecs.BOM_UTF8 + b"\xff\xfe\xfd",
        codecs.BOM_UTF16_LE + b"\x00\xd8a",
        b"\xff" * 30,
    ],
)
def test_what_is_no_text_is_refused(raw: bytes):
    with pytest.raises(UndecodableText):
        decode_text(raw)


def test_a_file_that_is_too_long_is_refused():
    with pytest.raises(UndecodableText):
        decode_text(b"a" * 11, limit=10)
    assert decode_text(b"a" * 10, limit=10).text == "a" * 10


@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_a_refusal(raw: bytes):
    try:
        text = decode_text(raw).text
    except UndecodableText:
        return
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text)


# One word alone can be a possible word in both encodings; a sentence cannot.
@given(st.lists(st.sampled_from(sorted(set(NOTICE.split()))), min_size=12, unique=True))
def test_the_old_encodings_are_told_apart(words: list[str]):
    text = " ".join(words).lower()
    assert decode_text(as_tcvn3(text)).text == text
