"""Whatever comes in: no exception, no digit, composed text, and no more time than its length."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiengmo.voices.speech import lead, normalise, sentences
from tiengmo.voices.speech.numbers import cardinal, digits

SIGNS = st.text(alphabet="0123456789./,-–:%đ°²³ +()XIVkmhagABCĐ&#@\n êốtháng ngày", max_size=60)
PIECES = """
    ngày từ tháng 05/9 3/4 3.4.5/6 20/10/2022 7h30 19:05 1.234,5 43,000 84,07% 5-7 2020–2025 ha km2 /ha
    UBND KT-XH khóa XXIII quý IV số 07-CT/TW 52/2016/QĐ-TTg 0912.345.678 gọi 113 v.v. TP. Q.1 ./. mục
    a@b.vn www.x.vn #AbCd 24C-015.67 Km12+500 H5N1 -3°C ±5 ½ ① ２０２２ Ⅳ 😀 ( ) [ “ ” … ; : , .
"""
WORDS = st.lists(st.sampled_from(PIECES.split()), max_size=25).map(" ".join)
HUGE = st.integers(min_value=4000, max_value=6000).map(
    lambda size: f"mục {'1' * size}.5/{'2' * size}"
)


@given(st.one_of(st.text(), SIGNS, WORDS, HUGE))
@settings(max_examples=400, deadline=None)
def test_any_text_is_spoken(text: str):
    spoken = normalise(text)
    assert not any(sign.isdigit() for sign in spoken)
    assert unicodedata.is_normalized("NFC", spoken)
    assert not any(unicodedata.category(sign).startswith("C") for sign in spoken if sign != "\n")
    assert "  " not in spoken
    sentences(text)
    lead(text)


@given(WORDS)
@settings(max_examples=300, deadline=None)
def test_spoken_text_is_speakable(text: str):
    """A second pass finds no number, sign or abbreviation that the first one left."""
    spoken = normalise(text)
    assert normalise(spoken) == spoken


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_every_number_has_its_own_words(number: int):
    assert _read(cardinal(number)) == number
    assert digits(str(number)).count(" ") == len(str(number)) - 1


JUNK = [
    *("1", "1.111", "1/", "1-", " ", "\n", "A", "AB&", "a@", "XIV ", "khóa I, ", "tháng 1,1", "("),
    *("/.", "e\u0301\u0323", "0 1", "1 ", " /", "7h-", "1/A-", "Km1+1-", "😀", "ơ", "http://a"),
    *("#aB", ".,", "- ", "ngày 5/9 "),
]


@pytest.mark.parametrize("piece", JUNK)
def test_junk_takes_no_more_time_than_its_length(piece: str):
    """Twice the length may take twice the time, with room for a busy machine, but not four times."""

    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.process_time()
        normalise(text)
        return time.process_time() - began

    normalise(piece)
    short, long = seconds(8_000), seconds(32_000)
    assert long < max(short, 0.05) * 4 * 2.5


def test_a_megabyte_is_spoken_in_seconds():
    text = "Từ 7h30 ngày 15/8/2023, UBND xã phát 10kg gạo/hộ cho 19/32 thôn (84,07%). " * 7_000
    text += "1/2-3.4 ,5:6% XIV&AB@x. " * 20_000
    assert len(text) > 990_000
    began = time.process_time()
    assert not any(sign.isdigit() for sign in normalise(text))
    assert time.process_time() - began < 60


UNITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")


def _read(words: str) -> int:
    """Read a number's words back, by the grammar of numbers alone."""
    values = {word: value for value, word in enumerate(UNITS)} | {"mốt": 1, "tư": 4, "lăm": 5}
    total = group = last = 0
    for word in words.split():
        if word in values:
            last = values[word]
            if word == "mười":
                group, last = group + 10, 0
        elif word == "mươi":
            group, last = group + last * 10, 0
        elif word == "trăm":
            group, last = group + last * 100, 0
        elif word == "linh":
            last = 0
        elif word == "tỷ":
            total, group, last = (total + group + last) * 10**9, 0, 0
        else:
            total, group, last = (
                total + (group + last) * {"nghìn": 1000, "triệu": 10**6}[word],
                0,
                0,
            )
    return total + group + last
