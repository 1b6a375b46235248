"""No text whatever makes a search fail, and no lexeme escapes into the query's language."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tiengmo.foundation.vietnamese import fold
from tiengmo.search import vocabulary
from tiengmo.search.actions import count_words, drop, put
from tiengmo.search.keys import next_key
from tiengmo.search.queries import find, suggest
from tiengmo.search.reading.keyboards import telex, vni
from tiengmo.search.reading.lexemes import lexemes
from tiengmo.search.tests.factories import entry

OPERATORS = st.sampled_from(
    [
        '"',
        "*",
        " AND ",
        " OR ",
        " NOT ",
        " NEAR(",
        ")",
        "-",
        ":",
        "^",
        "'",
        "&",
        "|",
        "!",
        "<->",
        "\\",
        "\0",
        "%",
        "_",
    ]
)
WORDS = st.sampled_from(
    ["họp", "thôn", "hop", "thoon", "07-CT/TW", "UBND", "ủy", "d9uong", "52/2016"]
)
QUERIES = st.lists(st.one_of(st.text(max_size=12), OPERATORS, WORDS), max_size=12).map("".join)


class AnyText(TestCase):
    def setUp(self):
        put([entry("b:1", title="Họp thôn bàn việc nước", body="Uỷ ban nhân dân xã 52/2016.")])
        count_words()
        vocabulary.forget()

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(QUERIES)
    def test_find(self, q):
        found = find(q)
        assert found.total >= len(found.hits)

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(QUERIES)
    def test_suggest(self, q):
        suggest(q)

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=60), st.text(max_size=200))
    def test_put_find_and_drop_any_text(self, title, body):
        put([entry("b:any", title=title, body=body)])
        find(title)
        assert drop(["b:any"]) == 1
        assert not [hit for hit in find(title).hits if hit.ref == "b:any"]


@given(st.text(max_size=300))
def test_lexemes_hold_no_sign_of_a_query(text):
    for lexeme in lexemes((text,), text, ()):
        assert not set(lexeme) & set(" \"'\\&|!():*\0<>")


@pytest.mark.parametrize("text", ["000 000 000", "01 20 30", "0214.388.2113", "0", "٠١٢"])
def test_figures_make_lexemes_without_gaps(text):
    assert all(lexeme and " " not in lexeme for lexeme in lexemes((text,), text, ()))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=14))
def test_keys_make_a_syllable_or_nothing(keys):
    for made in (telex(keys), vni(keys)):
        assert made == "" or fold(made).isalpha()


@pytest.mark.parametrize(
    ("keys", "syllable"),
    [
        ("duowngf", "dường"),
        ("dduwowngf", "đường"),
        ("duongwf", "dường"),
        ("thuwr", "thử"),
        ("tucj", "tục"),
        ("nguyeenx", "nguyễn"),
        ("hoaf", "hoà"),
        ("thuyr", "thuỷ"),
        ("quys", "quý"),
        ("khoong", "không"),
        ("hop", ""),
        ("covid", ""),
    ],
)
def test_telex(keys, syllable):
    assert telex(keys) == syllable


@pytest.mark.parametrize(
    ("keys", "syllable"),
    [
        ("d9u7o7ng2", "đường"),
        ("d9uo7ng2", "đường"),
        ("thu73", "thử"),
        ("tra5m", "trạm"),
        ("ct1", ""),
        ("a4", "ã"),
    ],
)
def test_vni(keys, syllable):
    assert vni(keys) == syllable


def test_keys_tell_apart_within_their_minute_and_shelf():
    key = (123 << 36) | (7 << 18) | ((1 << 18) - 1)
    assert next_key(key) == (123 << 36) | (7 << 18)
