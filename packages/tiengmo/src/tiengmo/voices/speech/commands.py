"""``tiengmo speech``: what will be spoken, before it is."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, BinaryIO, cast, get_args

import click

from tiengmo.foundation.decoding import UndecodableText, decode_text
from tiengmo.voices.speech.abbreviations import parse
from tiengmo.voices.speech.normalising import normalise
from tiengmo.voices.speech.numbers import Region

if TYPE_CHECKING:
    from collections.abc import Iterator

_BETWEEN_ITEMS = re.compile(r"(?<![.,;:!?…])\n")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@click.group(name="speech")
def group() -> None:
    """Văn bản và lời đọc."""


@group.command(name="normalise")
@click.argument("files", nargs=-1, type=click.File("rb"))
@click.option(
    "--region",
    type=click.Choice(get_args(Region)),
    default="north",
    show_default=True,
    help="Giọng đọc: bắc, trung, nam (linh hay lẻ, nghìn hay ngàn).",
)
@click.option(
    "--abbreviations",
    type=click.File("rb"),
    help="Tệp chữ viết tắt thay cho danh sách đã lưu: chữ viết tắt, dấu tab, cách đọc.",
)
def normalise_lines(
    files: tuple[BinaryIO, ...], region: str, abbreviations: BinaryIO | None
) -> None:
    """Đọc mỗi dòng một văn bản, ghi ra lời sẽ đọc, mỗi văn bản một dòng."""
    if abbreviations:
        own = parse(decode_text(abbreviations.read()).text.splitlines())
    else:
        own = _of_the_locality()
    out = sys.stdout.buffer
    unread = 0
    try:
        for source in files or (sys.stdin.buffer,):
            for text in _lines(source):
                if text is None:
                    unread += 1
                    spoken = ""
                else:
                    spoken = normalise(text, abbreviations=own, region=cast("Region", region))
                # A list inside a line stays one line: its items become pauses.
                out.write(_BETWEEN_ITEMS.sub(", ", spoken).replace("\n", " ").encode() + b"\n")
                out.flush()
    except BrokenPipeError:
        # The reader has seen enough (head): nothing more to say, and no error.
        sys.stderr.close()
        return
    if unread:
        raise click.ClickException(f"{unread} dòng không giải mã được, để trống.")


def _of_the_locality() -> dict[str, str]:
    """Return the list that the locality edits; the shipped one alone before there is a database."""
    from django.apps import apps
    from django.db import DatabaseError

    if not apps.ready:
        return {}
    from tiengmo.voices.wording import abbreviations

    try:
        return abbreviations()
    except DatabaseError:
        return {}


def _lines(source: BinaryIO) -> Iterator[str | None]:
    """Yield the lines as they arrive; None for one that no encoding makes sense of."""
    first = source.readline()
    if first.startswith(_UTF16_MARKS) or b"\x00" in first:
        # Lines of two-byte text cannot be told apart byte by byte: such a file is read whole.
        yield from _decoded(first + source.read(), whole=True)
        return
    while first:
        yield from _decoded(first, whole=False)
        first = source.readline()


def _decoded(raw: bytes, *, whole: bool) -> Iterator[str | None]:
    try:
        text = decode_text(raw, limit=max(len(raw), 1)).text
    except UndecodableText:
        yield None
        return
    if whole:
        yield from text.removesuffix("\n").split("\n")
    else:
        yield " ".join(text.split("\n")).strip()
