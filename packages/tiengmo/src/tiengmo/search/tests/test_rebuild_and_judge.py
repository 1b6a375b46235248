"""What an operator does at a terminal."""

import json

import pytest
from click.testing import CliRunner

from tiengmo.search import sources
from tiengmo.search.actions import put, rebuild_if_empty
from tiengmo.search.commands import group
from tiengmo.search.queries import find
from tiengmo.search.tests.factories import entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(monkeypatch):
    """One source, whose entries the test may change."""
    entries = [entry("b:1", title="Họp thôn"), entry("b:2", title="Họp xã")]
    monkeypatch.setattr(sources, "_sources", {"bulletin": lambda: list(entries)})
    return entries


def test_rebuild_forgets_what_its_source_no_longer_gives(source):
    put([entry("b:9", title="Họp cũ")])
    done = CliRunner().invoke(group, ["rebuild"], catch_exceptions=False)
    assert "2 entries" in done.output
    assert {hit.ref for hit in find("họp").hits} == {"b:1", "b:2"}


def test_an_installation_from_before_there_was_a_search_is_read_in_once(source):
    rebuild_if_empty()
    assert find("họp").total == 2
    source.append(entry("b:3", title="Họp nữa"))
    rebuild_if_empty()
    assert find("họp").total == 2


def test_judge_counts_and_leaves_everything_as_it_was(tmp_path):
    put([entry("b:1", title="Của cơ quan")])
    (tmp_path / "corpus.jsonl").write_text(
        json.dumps(
            {"ref": "p:1", "kind": "procedure", "url": "/", "title": "Khai sinh", "body": ""}
        )
    )
    asked = [
        {"q": "khai sinh", "class": "exact", "expected": ["p:1"]},
        {"q": "zzzz", "class": "none", "expected": ["p:1"]},
    ]
    (tmp_path / "queries-frozen.jsonl").write_text("\n".join(map(json.dumps, asked)))
    done = CliRunner().invoke(group, ["judge", str(tmp_path), "--misses"], catch_exceptions=False)
    everything = next(line for line in done.output.splitlines() if " all " in line)
    assert everything.split() == ["frozen", "all", "2", "0.500", "0.500"]
    assert "'zzzz'" in done.output
    assert find("khai sinh").total == 0
    assert find("cơ quan").total == 1
