"""`tiengmo search ...`: build the index anew; judge how well it finds."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path

import click


@click.group(name="search")
def group() -> None:
    """Tìm kiếm: dựng lại chỉ mục, chấm điểm. / Search: rebuild the index, judge it."""


@group.command("rebuild")
def rebuild() -> None:
    """Đọc lại mọi thứ tìm được vào chỉ mục. / Read everything that can be found again."""
    from tiengmo.search.actions import rebuild as build_anew
    from tiengmo.search.kinds import name_of

    begun = time.monotonic()
    total = build_anew(tell=lambda kind, count: click.echo(f"{name_of(kind):<24}{count:>8}"))
    seconds = time.monotonic() - begun
    click.echo(f"✓ {total} mục, {seconds:.1f} giây / {total} entries in {seconds:.1f} s")


@group.command("judge")
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default="tests/search"
)
@click.option("--misses", is_flag=True, help="Nêu từng câu chưa đứng đầu. / Name each not first.")
def judge(folder: Path, *, misses: bool) -> None:
    """Chấm tìm kiếm bằng bộ câu hỏi ở FOLDER; không đổi dữ liệu. / Judge; changes nothing.

    The folder holds corpus.jsonl and queries-*.jsonl. The corpus takes the place of everything
    else inside one transaction, which is then rolled back.
    """
    from django.db import transaction

    from tiengmo.search import vocabulary
    from tiengmo.search.actions import count_words, drop_all, put
    from tiengmo.search.judging import FIRST, corpus, mean_reciprocal_rank, success
    from tiengmo.search.judging import judge as ask

    click.echo(f"{'half':<10}{'class':<14}{'queries':>8}{f'success@{FIRST}':>12}{'MRR':>8}")
    with transaction.atomic():
        drop_all()
        put(corpus(folder / "corpus.jsonl"))
        while count_words():
            pass
        vocabulary.forget()
        for path in sorted(folder.glob("queries-*.jsonl")):
            judgements = ask(path)
            classes = defaultdict(list)
            for judgement in judgements:
                classes[judgement.query_class].append(judgement)
            half = path.stem.removeprefix("queries-")
            for name, some in [*sorted(classes.items()), ("all", judgements)]:
                figures = f"{success(some):>12.3f}{mean_reciprocal_rank(some):>8.3f}"
                click.echo(f"{half:<10}{name:<14}{len(some):>8}{figures}")
            for judgement in judgements if misses else ():
                if judgement.place != 1:
                    click.echo(
                        f"  {judgement.place} {judgement.query!r}: {judgement.got}"
                        f" ≠ {judgement.expected}"
                    )
        transaction.set_rollback(True)
    vocabulary.forget()
