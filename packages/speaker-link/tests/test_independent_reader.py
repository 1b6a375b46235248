"""Somebody who read the specification, and nothing else, judges every vector as we do."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def load(name):
    """A module beside this one, under its own name: the tests are no package."""
    found = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    sys.modules[name] = module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


primitives, reader = load("independent_primitives"), load("independent_reader")

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted((HERE.parent / "vectors").glob("*.json"))
    for case in json.loads(path.read_text("utf-8")).get("cases", [])
    if case.get("reader") in {"box", "server"}
]


def read(case):
    if case["reader"] == "server":
        return reader.judge_as_server(case)
    box = reader.IndependentBox(case)
    for text in case["earlier"]:
        box.judge(text)
    return box.judge(case["message"], case.get("topic"), case.get("max_bytes", 262144))


def test_it_uses_nothing_of_ours():
    for module in (primitives, reader):
        assert "speaker_link" not in Path(module.__file__).read_text().split('"""', 2)[2]


@pytest.mark.parametrize("case", CASES)
def test_vector(case):
    expected = case["expected"]
    if "refused" in expected:
        with pytest.raises(primitives.No) as caught:
            read(case)
        assert str(caught.value) == expected["refused"]
    else:
        told = read(case)
        # What is usual may be left out on the wire and is there once read.
        assert told.items() <= expected["accepted"].items() or told == expected["accepted"]
