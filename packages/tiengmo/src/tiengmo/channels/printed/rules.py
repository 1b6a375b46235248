"""How much fits on a sheet, and what a count of hand-outs says of households. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_HEADLINE = 90
# What stands under a poster's headline: read from three steps away.
LONGEST_TEXT = 420
MOST_COPIES = 100_000
# Sizes of running text that are tried, in points, largest first: a poster is one page, a leaflet
# the two sides of one sheet.
POSTER_SIZES = (36.0, 30.0, 26.0, 22.0, 19.0, 16.5, 14.5)
LEAFLET_SIZES = (13.0, 12.0, 11.0, 10.0)
NOTICE_SIZE = 15.0
LEAFLET_PAGES = 2


def text_of(short_text: str, summary: str) -> str:
    """What stands under a poster's headline: the summary when it fits, else the short text."""
    summary = " ".join(summary.split())
    if summary and len(summary) <= LONGEST_TEXT:
        return summary
    return short_text.strip()


def households_given(rounds: Sequence[int], households: int) -> tuple[int, int]:
    """At least and at most so many households were handed a sheet, of a village's `households`.

    Two rounds may have gone to the same doors: no fewer than the largest, no more than all added.
    """
    if not rounds:
        return 0, 0
    return min(max(rounds), households), min(sum(rounds), households)


def still_out(given: int, put_up: int, taken_down: int) -> int:
    """Sheets that were handed out or put up and not noted as taken back."""
    return max(0, given + put_up - taken_down)


def where_out(given: int, put_up: int, taken_down: int) -> tuple[int, int]:
    """Of what is still out: sheets that hang, and sheets in people's hands.

    What is taken down is first what hangs: nobody goes from door to door for a leaflet.
    """
    from_hands = max(0, taken_down - put_up)
    return max(0, put_up - taken_down), max(0, given - from_hands)
