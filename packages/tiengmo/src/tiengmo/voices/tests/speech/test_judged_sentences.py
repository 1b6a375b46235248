"""The measure: sentences judged before the code was written, and those it was written with."""

import hashlib

import pytest

from tiengmo.foundation.vietnamese import nfc
from tiengmo.voices.speech import normalise
from tiengmo.voices.tests.speech import judge

# The frozen half as it was committed before any code: editing it would be editing the measure.
FROZEN_SHA256 = "e7a6920607b27ce55bfeb8457659161b107577168112ebfe97d24d0f20486211"
FEWEST_RIGHT = 0.95


def test_the_frozen_half_is_as_it_was_frozen():
    found = hashlib.sha256((judge.HERE / "frozen.tsv").read_bytes()).hexdigest()
    assert found == FROZEN_SHA256
    assert len(judge.cases("frozen")) >= 150


def test_the_frozen_half_is_spoken_right():
    cases = judge.cases("frozen")
    wrong = judge.misses("frozen", normalise)
    assert len(wrong) <= (1 - FEWEST_RIGHT) * len(cases), wrong


@pytest.mark.parametrize("case", judge.cases("working"), ids=lambda case: case.text)
def test_a_working_sentence_is_spoken_right(case: judge.Case):
    spoken = normalise(case.text)
    assert judge.is_right(case, spoken), spoken


@pytest.mark.parametrize("half", ["frozen", "working"])
def test_what_was_spoken_is_spoken_again_the_same(half: str):
    for case in judge.cases(half):
        spoken = normalise(case.text)
        assert normalise(spoken) == spoken
        assert nfc(spoken) == spoken


def test_the_judge_can_tell_wrong_from_right():
    case = judge.Case("24 hộ", "hai mươi {tư|bốn} hộ | hai tư hộ", "integer")
    assert judge.is_right(case, "Hai mươi tư hộ.")
    assert judge.is_right(case, "hai tư hộ")
    assert not judge.is_right(case, "hai bốn hộ")
    assert not judge.is_right(case, "hai mươi tư hộ dân")
    assert len(judge.misses("frozen", lambda text: text)) == len(judge.cases("frozen"))
