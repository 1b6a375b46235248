"""Which sounds of releases were taken back."""

from __future__ import annotations

from tiengmo.releases.models import Release, Rendition


def is_taken_back(opus_sha256: str) -> bool:
    """Was this sound released, and is every release that has it withdrawn?"""
    statuses = set(
        Rendition.objects.filter(opus_sha256=opus_sha256).values_list("release__status", flat=True)
    )
    return statuses == {Release.Status.WITHDRAWN}
