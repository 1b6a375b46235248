"""Old articles written down some hundreds at once: all of a batch, or nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from tiengmo.audit.actions import record
from tiengmo.places.queries import areas_label
from tiengmo.portal.actions.follow_release import areas_of
from tiengmo.portal.caching import purge
from tiengmo.portal.importing.preparing import (
    PORTAL,
    SOURCE,
    Prepared,
    prepared,
    release_of,
    rendition_of,
)
from tiengmo.portal.models import Page, PageArea
from tiengmo.releases.models import Delivery, DeliveryStatus, Release, Rendition
from tiengmo.search.actions import put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiengmo.people.models import User
    from tiengmo.portal.importing.judging import OldArticle


@dataclass
class Writer:
    """Writes batches; remembers what is the same for every article of a unit."""

    by: User
    file: str
    _labels: dict[str, str] = field(default_factory=dict)
    _areas: dict[str, list[str]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    def first_versions(self, articles: Sequence[OldArticle]) -> list[tuple[OldArticle, str]]:
        """Those of which nothing is there yet, each with its area in words."""
        new, earlier = self._new(articles)
        return [(one, self._label(one.unit.code)) for one in new if one.id not in earlier]

    def write(
        self, articles: Sequence[OldArticle], ready: Mapping[str, Prepared] | None = None
    ) -> int:
        """Write those that are not there in this very version; say how many that were.

        ready: what was prepared of them before, by version. An article that was imported before and
        reads otherwise now becomes a new version, shown as a correction; one that was withdrawn
        stays withdrawn.
        """
        ready = ready or {}
        with transaction.atomic():
            new, earlier = self._new(articles)
            if not new:
                return 0
            releases = [release_of(one, self.by, earlier.get(one.id)) for one in new]
            Release.objects.bulk_create(releases)
            renditions = [rendition_of(o, r) for o, r in zip(new, releases, strict=True)]
            Rendition.objects.bulk_create(renditions)
            Delivery.objects.bulk_create([_delivery(release) for release in releases])
            written = [
                self._prepared(release, rendition, ready)
                for release, rendition in zip(releases, renditions, strict=True)
            ]
            pages = [Page(release=r, **w.fields) for r, w in zip(releases, written, strict=True)]
            replaced = [f"{SOURCE}:{one.id}" for one in new if one.id in earlier]
            Page.objects.filter(source__in=replaced, is_current=True).update(is_current=False)
            Page.objects.bulk_create(pages)
            PageArea.objects.bulk_create(
                [
                    PageArea(page=page, code=code)
                    for page in pages
                    for code in self._codes(page.release.unit.code)
                ],
                batch_size=2000,
            )
            put(
                [one.entry for one in written],
                ready={one.entry.ref: one.lexemes for one in written},
            )
            detail = {"file": self.file, "articles": len(new), "first": new[0].id}
            record("content.imported", by=self.by, subject=self.file, detail=detail)
        for one in new:
            self.touched.add(f"/xa/{one.unit.code}/")
            if one.topic:
                self.touched.add(f"/chuyen-muc/{one.topic.code}/")
        return len(new)

    def purge(self) -> None:
        """Have the lists fetched anew, once for all."""
        if self.touched:
            with transaction.atomic():
                purge("/", "/tin/", "/rss.xml", "/sitemap.xml", *sorted(self.touched))

    def _new(self, articles: Sequence[OldArticle]) -> tuple[list[OldArticle], dict[str, Release]]:
        there: dict[str, list[Release]] = {}
        found = Release.objects.filter(
            source_type=SOURCE, source_id__in=[one.id for one in articles]
        ).order_by("cleared_at", "release_at")
        for release in found:
            there.setdefault(release.source_id, []).append(release)
        new = []
        for one in articles:
            versions = there.get(one.id, [])
            if any(release.source_version == one.version for release in versions):
                continue
            if any(release.status == Release.Status.WITHDRAWN for release in versions):
                continue
            new.append(one)
        return new, {name: versions[-1] for name, versions in there.items()}

    def _prepared(
        self, release: Release, rendition: Rendition, ready: Mapping[str, Prepared]
    ) -> Prepared:
        # What was prepared knew of no earlier version; another run may have made one since.
        if release.replaces is None and (found := ready.get(release.source_version)):
            return found
        return prepared(release, rendition, self._label(release.unit.code))

    def _label(self, code: str) -> str:
        if code not in self._labels:
            self._labels[code] = areas_label([code])
        return self._labels[code]

    def _codes(self, code: str) -> list[str]:
        if code not in self._areas:
            self._areas[code] = sorted(areas_of([code]))
        return self._areas[code]


def _delivery(release: Release) -> Delivery:
    return Delivery(
        release=release,
        channel=PORTAL,
        target=release.slug[:120],
        target_name="Cổng thông tin điện tử",
        status=DeliveryStatus.DELIVERED,
        sent_at=release.released_at,
        delivered_at=release.released_at,
    )
