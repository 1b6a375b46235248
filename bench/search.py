"""Seconds of a search over 100,000 bulletins: ours, and Wagtail's database backend beside it.

SQLite in a temporary folder, or the empty database that DATABASE_URL names. The queries are those
of the judged set (both halves), of Wagtail every tenth; the suggestions are their beginnings.
Rounds are interleaved; every time is of a whole answer: ours with counts, facets and snippets,
Wagtail's first ten with their number. `--count` makes it smaller. `--home` keeps what was put in,
so that a second run only asks.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
A_TURN = 1_000
WARM_UP = 10
BUDGET_SECONDS = 60.0
LONGEST_SECONDS = 20.0


def sentences() -> tuple[list[str], list[str]]:
    """Titles and sentences of our own texts, to be shuffled into bulletins."""
    texts = ROOT / "packages/tiengmo/src/tiengmo/config/demo/texts"
    corpus = [json.loads(line) for line in (ROOT / "tests/search/corpus.jsonl").open()]
    titles = [document["title"] for document in corpus]
    parts = [document["body"] for document in corpus]
    for path in texts.glob("*.txt"):
        title, _, text = path.read_text(encoding="utf-8").partition("\n")
        titles.append(title)
        parts += [part for part in re.split(r"(?<=[.!?])\s+", text) if len(part.split()) > 3]
    return titles, parts


def bulletins(count: int) -> Iterator[tuple[str, str, datetime]]:
    """Some 260 words each, from ten years; no two alike."""
    titles, parts = sentences()
    words = [word for part in parts for word in part.split()]
    chance = random.Random(7)
    for _ in range(count):
        title = chance.choice(titles)
        if chance.random() < 0.7:
            title = " ".join([*title.split()[:6], *chance.sample(words, 3)])
        body = " ".join(chance.choice(parts) for _ in range(14)).split()
        for _ in range(30):
            body[chance.randrange(len(body))] = chance.choice(words)
        date = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(6_000_000))
        yield title, " ".join(body), date


def turns(count: int) -> Iterator[list[tuple[int, tuple[str, str, datetime]]]]:
    numbered = enumerate(bulletins(count))
    while some := list(itertools.islice(numbered, A_TURN)):
        yield some


def fill_ours(count: int) -> tuple[list[float], float]:
    """Seconds of each `put` of a thousand, and of counting all words afterwards."""
    from tiengmo.search.actions import count_words, put
    from tiengmo.search.entries import Entry

    seconds = []
    for some in turns(count):
        entries = [
            Entry(
                ref=f"bulletin:{n}",
                kind="bulletin",
                url=f"/tin/{n}/",
                title=title,
                body=body,
                unit_code=str(n % 22),
                unit_name=f"Xã {n % 22}",
                category=f"c{n % 11}",
                category_name=f"Chuyên mục {n % 11}",
                date=date,
            )
            for n, (title, body, date) in some
        ]
        begun = time.perf_counter()
        put(entries)
        seconds.append(time.perf_counter() - begun)
    begun = time.perf_counter()
    while count_words():
        pass
    return seconds, time.perf_counter() - begun


def fill_wagtail(count: int) -> list[float]:
    from wagtail.search.backends import get_search_backend

    from bench.wagtail_search.models import PlainBulletin

    backend = get_search_backend()
    seconds = []
    for some in turns(count):
        rows = [PlainBulletin(title=t, body=b, date=d) for _n, (t, b, d) in some]
        begun = time.perf_counter()
        PlainBulletin.objects.bulk_create(rows)
        backend.add_bulk(PlainBulletin, rows)
        seconds.append(time.perf_counter() - begun)
    return seconds


def given_up_after(seconds: float) -> None:
    """Have the database end any question that takes longer than this from now."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [round(seconds * 1000)])
        return
    connection.ensure_connection()
    until = time.monotonic() + seconds
    connection.connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)


def wagtail_finds(query: str) -> bool:
    """The first ten and how many; failing and taking too long is finding nothing."""
    from django.db import DatabaseError, transaction
    from wagtail.search.backends import get_search_backend

    from bench.wagtail_search.models import PlainBulletin

    given_up_after(LONGEST_SECONDS)
    try:
        with transaction.atomic():
            found = get_search_backend().search(query, PlainBulletin)
            rows = list(found[:10])
            found.count()
    except DatabaseError:
        return False
    finally:
        given_up_after(3600)
    return bool(rows)


def timed(
    ask: Callable[[str], object], queries: list[str], *, budget: float
) -> tuple[list[float], int]:
    """Milliseconds of each, and how many had an answer; none is begun after `budget` seconds."""
    milliseconds, answered = [], 0
    until = time.perf_counter() + budget
    for query in queries:
        if time.perf_counter() > until:
            break
        begun = time.perf_counter()
        answer = ask(query)
        milliseconds.append((time.perf_counter() - begun) * 1000)
        answered += bool(answer)
    return milliseconds, answered


def share(milliseconds: list[float], part: float) -> float:
    return sorted(milliseconds)[int(len(milliseconds) * part)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=100_000)
    arguments.add_argument("--home", type=Path, help="a folder to keep; filled unless it is")
    given = arguments.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="tiengmo-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "TIENGMO_HOME": str(home),
        "TIENGMO_ROOT": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "bench.settings_search",
        "TIENGMO_LOG": "ERROR",
    }
    sys.path.insert(0, str(ROOT))
    try:
        measure(given.count)
    finally:
        if given.home is None:
            shutil.rmtree(home, ignore_errors=True)


def measure(count: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from tiengmo.search.models import Indexed
    from tiengmo.search.queries import find, suggest

    call_command("migrate", verbosity=0, interactive=False)
    if Indexed.objects.count() < count:
        fill(count)
    queries = [
        json.loads(line)["q"]
        for half in ("frozen", "open")
        for line in (ROOT / f"tests/search/queries-{half}.jsonl").open(encoding="utf-8")
    ]
    beginnings = [query[:n] for query in queries for n in (2, 4, 7, 12) if len(query) >= n]
    asked: dict[str, tuple[Callable[[str], object], list[str]]] = {
        "search, ours": (lambda query: find(query).hits, queries),
        # A sample, for as long as it may take: many of its answers take minutes here.
        "search, Wagtail's database backend": (wagtail_finds, queries[::10]),
        "suggestions, ours": (suggest, beginnings),
    }
    times: dict[str, list[float]] = {name: [] for name in asked}
    found: dict[str, str] = {}
    for ask, some in asked.values():
        timed(ask, some[:: len(some) // WARM_UP], budget=WARM_UP)
    for _ in range(ROUNDS):
        for name, (ask, some) in asked.items():
            milliseconds, answered = timed(ask, some, budget=BUDGET_SECONDS)
            times[name] += milliseconds
            found[name] = f"{answered} of {len(milliseconds)}"
    print(f"{connection.vendor}, {count} bulletins")
    print(f"| {'what':<36} | median ms | p95 ms | p99 ms | found something |")
    print(f"|{'-' * 38}|----------:|-------:|-------:|----------------:|")
    for name, some in times.items():
        figures = f"{share(some, 0.5):.1f} | {share(some, 0.95):.1f} | {share(some, 0.99):.1f}"
        print(f"| {name:<36} | {figures} | {found[name]} |")
    print(
        f"Wagtail's answers are given up after {LONGEST_SECONDS:.0f} s, and no more are asked for"
    )
    print(f"after {BUDGET_SECONDS:.0f} s a round.")


def fill(count: int) -> None:
    from django.db import connection

    ours, words = fill_ours(count)
    theirs = fill_wagtail(count)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"a thousand put in, median: {share(ours, 0.5):.2f} s; words counted in {words:.1f} s;")
    print(f"Wagtail's: {share(theirs, 0.5):.2f} s.")


if __name__ == "__main__":
    main()
