"""What the search knows of the directory: one entry an office and one an official in office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.search.entries import Entry

from .models import Office, Official
from .queries import offices_in_use, officials_in_office

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "contact"


def ref_of(subject: Office | Official) -> str:
    return f"directory.{subject._meta.model_name}:{subject.pk}"


def entry_of(subject: Office | Official) -> Entry:
    """How an office or an official is found: by its name, its people, its place, its number."""
    unit = subject.unit
    if isinstance(subject, Office):
        title = subject.name
        lines = [subject.address, subject.phone, subject.email, subject.note]
        keywords = f"{subject.get_kind_display()} {unit.name} giờ làm việc địa chỉ điện thoại"
    else:
        title = f"{subject.name} – {subject.position}, {unit.name}"
        lines = [subject.duties, subject.phone, subject.email]
        keywords = "lãnh đạo cán bộ" if subject.is_leader else "cán bộ"
    return Entry(
        ref=ref_of(subject),
        kind=KIND,
        url=subject.url,
        title=title,
        body=". ".join(line for line in lines if line),
        unit_code=unit.code,
        unit_name=unit.name,
        keywords=keywords,
    )


def all_entries() -> Iterator[Entry]:
    """Every contact that the public pages show, for a rebuilt index."""
    for office in offices_in_use().iterator():
        yield entry_of(office)
    for official in officials_in_office().iterator():
        yield entry_of(official)
