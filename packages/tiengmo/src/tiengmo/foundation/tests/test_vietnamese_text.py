import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.foundation.vietnamese import canonical, fold, is_syllable, nfc


@pytest.mark.parametrize(
    ("either", "other"),
    [
        ("hòa", "hoà"),
        ("Hòa Bình", "Hoà Bình"),
        ("THÚY", "THUÝ"),
        ("khỏe", "khoẻ"),
        ("thủy lợi", "thuỷ lợi"),
        ("qúy", "quý"),
        ("hòan toàn", "hoàn toàn"),
        ("tọa đàm", "toạ đàm"),
        ("gía", "giá"),
        ("ngòai", "ngoài"),
        ("úy ban", "uý ban"),
        ("đựơc", "được"),
        ("qủa", "quả"),
    ],
)
def test_two_spellings_of_a_word_become_one(either: str, other: str):
    assert canonical(either) == canonical(other) == other


@pytest.mark.parametrize(
    "word",
    [
        "của",
        "múa",
        "mía",
        "gì",
        "gìn",
        "giếng",
        "quốc",
        "quý",
        "người",
        "nước",
        "khuỷu",
        "già",
        "café",
        "Río",
        "naïve",
        "Đắk Lắk",
        "thuở",
        "huyện",
        "Y Tý",
        "Mường Hum",
        "yếu",
        "loài",
        "ngoáy",
        "quả",
        "quẹo",
        "giữa",
        "kiều",
        "bìa",
        "lúa",
        "sủa",
        "rượu",
    ],
)
def test_what_is_already_canonical_stays(word: str):
    assert canonical(word) == word


def test_decomposed_text_is_composed_first():
    assert canonical(unicodedata.normalize("NFD", "hòa")) == "hoà"
    assert nfc(unicodedata.normalize("NFD", "Nguyễn")) == "Nguyễn"


def test_a_search_without_marks_meets_the_word():
    assert fold("Đường Nguyễn Huệ") == "duong nguyen hue"
    assert fold(unicodedata.normalize("NFD", "Đường Nguyễn Huệ")) == "duong nguyen hue"
    assert fold("Hòa") == fold("hoà") == "hoa"
    assert fold("Übung ñ Łódź 中文")[:7] == "ubung n"


@pytest.mark.parametrize("word", ["brrr", "hello", "covid", "xyz", "hàc"])
def test_what_is_no_syllable_is_told(word: str):
    assert not is_syllable(word)


@given(st.text())
def test_the_forms_are_stable(text: str):
    assert canonical(canonical(text)) == canonical(text)
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFC", canonical(text))


@given(st.text(alphabet="aăâàáảãạoòóỏõọuùúủũụyýỳghqnđ "))
def test_canonical_changes_only_where_a_mark_stands(text: str):
    assert fold(canonical(text)) == fold(text)
