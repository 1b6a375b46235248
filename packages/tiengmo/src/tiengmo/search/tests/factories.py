"""Entries for tests."""

from datetime import UTC, datetime

from tiengmo.search.entries import Entry


def entry(ref: str, *, year: int = 2024, month: int = 5, day: int = 2, **rest: object) -> Entry:
    fields = {
        "kind": "bulletin",
        "url": f"/{ref.replace(':', '/')}/",
        "title": "Họp thôn",
        "body": "",
        "unit_code": "02680",
        "unit_name": "Xã Trung Tâm",
        "date": datetime(year, month, day, 3, 0, tzinfo=UTC),
    } | rest
    return Entry(ref=ref, **fields)  # type: ignore[arg-type]
