"""Parts, plain letters and numbers, as networks count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.channels.messages import rules


@pytest.mark.parametrize(
    ("text", "is_plain", "parts"),
    [
        ("", True, 0),
        ("a" * 160, True, 1),
        ("a" * 161, True, 2),
        ("a" * 306, True, 2),
        ("a" * 307, True, 3),
        ("€" * 80, True, 1),
        ("€" * 81, True, 2),
        # An extension character is not cut in two: 152 places and no room for two more.
        ("a" * 152 + "€" + "a" * 152, True, 3),
        ("ă" * 70, False, 1),
        ("ă" * 71, False, 2),
        ("ă" * 134, False, 2),
        ("ă" * 135, False, 3),
        ("😀" * 35, False, 1),
        ("😀" * 36, False, 2),
        # 33 pairs fill 66 of 67 places: the next does not fit half.
        ("😀" * 67, False, 3),
        ("à é ì ò ù", True, 1),
        ("ạ", False, 1),
    ],
)
def test_parts_are_those_of_the_network(text, is_plain, parts):
    size = rules.size_of(text)
    assert (size.is_plain, size.parts) == (is_plain, parts)


@given(st.text(max_size=400))
def test_a_text_without_marks_travels_in_one_place_a_letter(text):
    plain = rules.plain(text)
    assert rules.size_of(plain).is_plain
    assert rules.plain(plain) == plain


def test_vietnamese_loses_its_marks_and_nothing_else():
    text = "Đường Nguyễn Huệ – “mưa lớn” từ 17 giờ…"
    assert rules.plain(text) == 'Duong Nguyen Hue - "mua lon" tu 17 gio...'


@given(st.text(min_size=1, max_size=600), st.integers(1, 3))
def test_a_shortened_text_fits(text, parts):
    assert rules.size_of(rules.shortened(text, parts=parts)).parts <= parts


def test_a_line_is_added_only_when_it_costs_nothing():
    assert rules.with_line_if_free("a" * 100, "b" * 30).endswith("b" * 30)
    assert rules.with_line_if_free("a" * 150, "b" * 30) == "a" * 150
    # A line with marks would make the whole text travel as UCS-2.
    assert rules.with_line_if_free("a" * 30, "dừng") == "a" * 30


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0912 345 678", "84912345678"),
        ("+84 912-345-678", "84912345678"),
        ("84912345678", "84912345678"),
        ("0212345678", None),
        ("091234567", None),
        ("0912345678a", None),
        ("", None),
        ("٠٩١٢٣٤٥٦٧٨", None),
    ],
)
def test_only_mobile_numbers_of_the_country(typed, number):
    assert rules.number_of(typed) == number


@given(st.integers(0, 500), st.integers(0, 200), st.integers(0, 900), st.integers(0, 100))
def test_households_stay_in_bounds_and_grow_with_numbers(numbers, households, population, more):
    lo, hi = rules.households_told(numbers, households=households, population=population)
    assert 0 <= lo <= hi <= households
    assert hi <= numbers
    further = rules.households_told(numbers + more, households=households, population=population)
    assert further >= (lo, hi)
    assert further[1] >= hi
