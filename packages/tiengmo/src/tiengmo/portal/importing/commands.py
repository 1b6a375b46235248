"""`tiengmo content`: what comes from elsewhere."""

from __future__ import annotations

import csv
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiengmo.portal.importing.judging import Judge, OldArticle
    from tiengmo.portal.importing.preparing import Prepared
    from tiengmo.portal.importing.reading import Row
    from tiengmo.portal.importing.writing import Writer

BATCH = 500
# Articles of a megabyte go fewer at once.
BATCH_CHARACTERS = 8_000_000


@click.group("content")
def group() -> None:
    """Nội dung đưa từ nơi khác vào. / Content from elsewhere."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="Tên đăng nhập của người duyệt chịu trách nhiệm.")
@click.option("--unit", default="", help="Mã hoặc tên đơn vị cho bài không ghi đơn vị.")
@click.option("--category", default="", help="Chuyên mục cho bài không ghi chuyên mục.")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Ghi lỗi ra CSV.")
@click.option("--check", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
def import_file(
    file: Path, by: str, unit: str, category: str, errors: Path | None, *, check: bool
) -> None:
    """Nhập bài cũ từ JSON Lines, CSV hoặc RSS/Atom. / Import old articles; may be run again."""
    from tiengmo.people.models import User
    from tiengmo.portal.importing.judging import Judge
    from tiengmo.portal.importing.reading import UnreadableFile, rows_of
    from tiengmo.portal.importing.writing import Writer

    person = User.objects.filter(username=by, is_active=True).first()
    if person is None:
        raise click.ClickException(f"Không có tài khoản đang dùng nào tên “{by}”.")
    try:
        rows = rows_of(file)
    except UnreadableFile as error:
        raise click.ClickException(str(error)) from error
    judge = Judge(by=person, unit=unit, category=category)
    run = Run(judge, None if check else Writer(by=person, file=file.name))
    run.go(rows)
    if errors is not None:
        with errors.open("w", newline="") as report:
            csv.writer(report).writerows([("dòng", "lý do"), *run.bad])
    if run.bad:
        raise SystemExit(1)


class Run:
    """One go through a file: batches written, progress told, bad rows named."""

    def __init__(self, judge: Judge, writer: Writer | None) -> None:
        self.judge, self.writer = judge, writer
        self.good = self.stored = self.written = self.shortened = self.lost_pictures = 0
        self.bad: list[tuple[int, str]] = []
        self.began = time.monotonic()

    def go(self, rows: Iterator[Row]) -> None:
        if self.writer is None:
            for _ in self._articles(rows):
                pass
        else:
            self._write(self.writer, _batches(self._articles(rows)))
        self._sum_up()

    def _write(self, writer: Writer, batches: Iterator[list[OldArticle]]) -> None:
        """Store each batch while the next one is prepared beside."""
        from tiengmo.portal.importing.beside import Beside

        waiting: list[OldArticle] = []
        with closing(Beside(writer.by)) as beside:
            for batch in batches:
                # Taken before the next is asked for: else each would wait for the other to read.
                ready = beside.take()
                beside.ask(writer.first_versions(batch))
                if waiting:
                    self._store(writer, waiting, ready)
                    beside.start()  # a file of one batch needs no help
                waiting = batch
            if waiting:
                self._store(writer, waiting, beside.take())
        writer.purge()

    def _store(
        self, writer: Writer, batch: list[OldArticle], ready: Mapping[str, Prepared]
    ) -> None:
        self.written += writer.write(batch, ready)
        self.stored += len(batch)
        self._tell_progress()

    def _articles(self, rows: Iterator[Row]) -> Iterator[OldArticle]:
        from tiengmo.portal.importing.judging import BadRow

        for row in rows:
            try:
                article = self.judge.article(row)
            except BadRow as problem:
                self.bad.append((row.line, str(problem)))
                click.echo(f"✗ dòng {row.line}: {problem}", err=True)
                continue
            self.good += 1
            self.shortened += article.headline != article.title
            self.lost_pictures += article.lost_pictures
            yield article

    def _tell_progress(self) -> None:
        seconds = max(time.monotonic() - self.began, 0.001)
        done = self.stored + len(self.bad)
        click.echo(
            f"  {done} dòng, {self.written} bài mới, {done / seconds:.0f} dòng/giây", err=True
        )

    def _sum_up(self) -> None:
        seconds = max(time.monotonic() - self.began, 0.001)
        click.echo(
            f"✓ {self.written} bài đã nhập, {self.good - self.written} bài đã có hoặc chỉ kiểm tra,"
            f" {len(self.bad)} dòng lỗi; {seconds:.1f} giây."
        )
        if self.shortened:
            click.echo(f"  {self.shortened} tiêu đề quá dài được rút gọn; bài mở đầu bằng cả câu.")
        if self.lost_pictures:
            click.echo(f"  {self.lost_pictures} ảnh nằm ở trang cũ không được đưa vào.")


def _batches(articles: Iterator[OldArticle]) -> Iterator[list[OldArticle]]:
    batch: list[OldArticle] = []
    size = 0
    for article in articles:
        batch.append(article)
        size += len(article.body_html)
        if len(batch) >= BATCH or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
