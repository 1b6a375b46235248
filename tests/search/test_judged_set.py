"""The judged set is what it was when it was frozen, and asks only for what there is."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# Written before the code that ranks; never changed since.
FROZEN = {
    "corpus.jsonl": "a020666bcf000826b251b47b7379223f0a89c9cc5725e390a8a630a976ddaad4",
    "queries-frozen.jsonl": "c9a28899f9f6d19e1f9e8ebf52f6eb3710103b1942bacebcc64bbfcd6bd7c055",
}


def lines(name):
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", FROZEN)
def test_frozen(name):
    assert hashlib.sha256((HERE / name).read_bytes()).hexdigest() == FROZEN[name]


def test_every_expected_document_is_there():
    refs = {document["ref"] for document in lines("corpus.jsonl")}
    for name in ("queries-frozen.jsonl", "queries-open.jsonl"):
        for query in lines(name):
            assert query["expected"]
            assert set(query["expected"]) <= refs, query


def test_halves_are_large_and_apart():
    frozen, open_half = lines("queries-frozen.jsonl"), lines("queries-open.jsonl")
    assert len(frozen) + len(open_half) >= 200
    assert abs(len(frozen) - len(open_half)) <= 2
    sought = [{query["expected"][0] for query in half} for half in (frozen, open_half)]
    assert not sought[0] & sought[1]
    assert len(Counter(query["class"] for query in frozen)) >= 15
