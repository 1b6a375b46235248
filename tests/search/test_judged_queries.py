"""What people type finds what they mean, as often as docs/search.md states."""

from pathlib import Path

import pytest
from tiengmo.search import vocabulary
from tiengmo.search.actions import count_words, put
from tiengmo.search.judging import corpus, judge, mean_reciprocal_rank, success

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent


@pytest.fixture
def _judged_corpus():
    put(corpus(HERE / "corpus.jsonl"))
    count_words()
    vocabulary.forget()


@pytest.mark.usefixtures("_judged_corpus")
@pytest.mark.parametrize("half", ["frozen", "open"])
def test_half(half):
    judgements = judge(HERE / f"queries-{half}.jsonl")
    missed = [j for j in judgements if not 1 <= j.place <= 5]
    for judgement in [j for j in judgements if j.place != 1]:
        print(
            judgement.place,
            judgement.query_class,
            repr(judgement.query),
            judgement.expected,
            judgement.got,
        )
    print(half, success(judgements), mean_reciprocal_rank(judgements))
    assert success(judgements) >= 0.95, missed
    assert mean_reciprocal_rank(judgements) >= 0.9
