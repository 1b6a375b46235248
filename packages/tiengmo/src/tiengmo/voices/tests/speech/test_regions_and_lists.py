import pytest

from tiengmo.voices.speech import normalise
from tiengmo.voices.speech.abbreviations import default_abbreviations, parse
from tiengmo.voices.speech.numbers import cardinal


@pytest.mark.parametrize(
    ("region", "words"),
    [
        ("north", "hai nghìn không trăm linh năm"),
        ("central", "hai nghìn không trăm lẻ năm"),
        ("south", "hai ngàn không trăm lẻ năm"),
    ],
)
def test_each_region_says_numbers_its_way(region, words):
    assert cardinal(2005, region) == words
    assert normalise("2.005 hộ", region=region) == f"{words} hộ"


def test_the_locality_lays_its_list_over_the_shipped_one():
    own = {"BXBV": "bản xuân bản vược", "UBND": "ủy ban", "OCOP": ""}
    spoken = normalise("UBND và BXBV, OCOP, HĐND", abbreviations=own)
    assert spoken == "ủy ban và bản xuân bản vược, ô xê ô pê, hội đồng nhân dân"
    assert normalise("UBND") == "ủy ban nhân dân"


def test_an_abbreviation_may_have_any_shape():
    own = {"đ/c": "đồng chí", "tx": "thường xuyên", "QP & AN": "quốc phòng và an ninh"}
    assert normalise("các đ/c tx trực QP & AN", abbreviations=own) == (
        "các đồng chí thường xuyên trực quốc phòng và an ninh"
    )


def test_the_shipped_list_is_speakable_itself():
    shipped = default_abbreviations()
    assert len(shipped) > 300
    for written, spoken in shipped.items():
        assert written
        assert normalise(spoken) == spoken.strip(), written


def test_a_list_is_read_line_by_line():
    assert parse(["# note\tno", "", "A\tb\n", "không có tab"]) == {"A": "b"}


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Một - hai – ba — bốn", "Một, hai, ba, bốn"),
        ("Hết./.", "Hết."),
        ("Xong ./.", "Xong."),
        ("- Thôn A\n- Thôn B", "Thôn A\nThôn B"),
        ("• Rau • Quả", "Rau\nQuả"),
        ("Họp (lần cuối), nhé!!!", "Họp, lần cuối, nhé!"),
        ('"Chung tay" 👍 vì dân', "Chung tay vì dân"),
        ("Bao giờ?!", "Bao giờ?"),
        ("THÔNG BÁO HỌP", "thông báo họp"),
        ("ho\u0300a", "hòa"),
        ("", ""),
        ("\n \n", ""),
    ],
)
def test_signs_become_pauses_or_nothing(text, spoken):
    assert normalise(text) == spoken
