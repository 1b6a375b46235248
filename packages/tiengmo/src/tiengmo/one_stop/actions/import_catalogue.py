from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from tiengmo.audit.actions import record
from tiengmo.audit.actors import Process, id_and_name
from tiengmo.one_stop.models import (
    Fee,
    Paper,
    Procedure,
    ProcedureVersion,
    VersionState,
)
from tiengmo.one_stop.taking_effect import await_day, settle

from .content import CONTENT, fee_rows, fees_of, paper_rows, papers_of
from .publish_version import offer_again

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.one_stop.catalogue.reading import Row
    from tiengmo.places.models import Unit

NAMED = 200


@dataclass(frozen=True)
class ImportReport:
    created: list[str]
    renewed: list[str]
    unchanged: int


def import_catalogue(
    rows: Sequence[Row], *, unit: Unit, by: Process, is_invented: bool = False
) -> ImportReport:
    """Publish a catalogue: new procedures, and a new version where a row says something else.

    All or nothing; the same catalogue again changes nothing. Drafts that people are writing are
    left alone. For the command line, whose user holds the machine itself: no person's rights are
    asked.
    """
    with transaction.atomic():
        known = {
            one.code.lower(): one
            for one in Procedure.objects.select_for_update(of=("self",)).select_related("unit")
        }
        newest = _newest()
        created, renewed, versions = [], [], []
        for row in rows:
            procedure = known.get(row.code.lower())
            if procedure is None:
                procedure = _new(row, unit, is_invented=is_invented)
                created.append((row, procedure))
                continue
            before = newest.get(procedure.pk)
            if before is not None and _same(before, row) and procedure.withdrawn_at is None:
                continue
            if before is not None and row.version.valid_from < before.valid_from:
                row.version.valid_from = max(before.valid_from, timezone.localdate())
            renewed.append((row, procedure))
        Procedure.objects.bulk_create([procedure for _row, procedure in created])
        numbers = _last_numbers()
        changed = created + renewed
        for row, procedure in changed:
            version = row.version
            version.procedure = procedure
            version.number = numbers.get(procedure.pk, 0) + 1
            version.state = VersionState.PUBLISHED
            version.published_at = timezone.now()
            version.published_by_name = version.checked_by_name = id_and_name(by)[1]
            versions.append(version)
        ProcedureVersion.objects.bulk_create(versions)
        Paper.objects.bulk_create(
            [paper for row, _one in changed for paper in paper_rows(row.version, row.papers)]
        )
        Fee.objects.bulk_create(
            [fee for row, _one in changed for fee in fee_rows(row.version, row.fees)]
        )
        for _row, procedure in renewed:
            offer_again(procedure)
        settle([procedure for _row, procedure in changed])
        for row, procedure in changed:
            await_day(procedure, row.version.valid_from)
        report = ImportReport(
            [row.code for row, _one in created],
            [row.code for row, _one in renewed],
            len(rows) - len(changed),
        )
        if changed:
            detail = {
                "created": len(report.created),
                "renewed": len(report.renewed),
                "codes": (report.created + report.renewed)[:NAMED],
            }
            record("procedures.imported", by=by, subject=unit, detail=detail)
    return report


def _new(row: Row, unit: Unit, *, is_invented: bool) -> Procedure:
    version = row.version
    return Procedure(
        unit=unit, code=row.code, name=version.name, field=version.field, level=version.level,
        agency=version.agency, is_invented=is_invented,
    )  # fmt: skip


def _newest() -> dict[int, ProcedureVersion]:
    """The newest published version of each procedure, with what belongs to it."""
    published = ProcedureVersion.objects.filter(state=VersionState.PUBLISHED)
    rows = published.order_by("valid_from", "number").prefetch_related("papers", "fees")
    return {version.procedure_id: version for version in rows}


def _last_numbers() -> dict[int, int]:
    rows = ProcedureVersion.objects.order_by("number").values_list("procedure_id", "number")
    return dict(rows)


def _same(version: ProcedureVersion, row: Row) -> bool:
    return (
        all(getattr(version, name) == getattr(row.version, name) for name in CONTENT)
        and papers_of(version) == row.papers
        and fees_of(version) == row.fees
    )
