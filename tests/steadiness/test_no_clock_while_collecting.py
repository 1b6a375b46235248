"""A test's instants are of the moment it runs, not of the moment it was collected.

A run takes half an hour: "tomorrow" in a list of parameters is today when midnight was between.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLOCKS = {"now", "today", "localdate", "localtime", "utcnow", "monotonic", "days"}
OWN_TIME = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def read_while_imported(source):
    """Name the clocks that a module reads as it is imported, with their lines."""
    waiting = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, OWN_TIME):
            # Its body runs later; its decorators and default values do not.
            waiting += getattr(node, "decorator_list", [])
            waiting += [one for one in (*node.args.defaults, *node.args.kw_defaults) if one]
            continue
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in CLOCKS or ast.unparse(node) == "time.time()":
                yield f"{node.lineno}: {ast.unparse(node)}"
        waiting += ast.iter_child_nodes(node)


def test_no_test_reads_the_clock_while_it_is_collected():
    files = [*ROOT.glob("packages/**/tests/**/*.py"), *ROOT.glob("tests/**/*.py")]
    assert len(files) > 300
    found = [
        f"{path.relative_to(ROOT)}:{one}"
        for path in sorted(files)
        for one in read_while_imported(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ("NOW = timezone.now()", True),
        ("@parametrize('on', [date.today()])\ndef test(on): pass", True),
        ("class Data:\n    began = time.time()", True),
        ("def make(at=datetime.now(UTC)): pass", True),
        ("def make():\n    return timezone.now()", False),
        ("LATER = lambda: localdate()", False),
        ("SEVEN = time(7)", False),
    ],
)
def test_the_measure_itself(source, is_found):
    assert bool(list(read_while_imported(source))) is is_found
