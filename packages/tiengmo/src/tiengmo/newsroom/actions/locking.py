"""One bulletin at a time: every act holds its row until it commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiengmo.newsroom.models import Bulletin

if TYPE_CHECKING:
    from tiengmo.newsroom.workflow import Stage


def locked(bulletin: Bulletin) -> Bulletin:
    """Read the bulletin's row again under a lock; call inside a transaction."""
    return Bulletin.objects.select_for_update().get(pk=bulletin.pk)


def latest_version(bulletin: Bulletin) -> Bulletin:
    """The newest saved version, whatever the row itself holds."""
    revision = bulletin.get_latest_revision()
    return revision.as_object() if revision is not None else bulletin


def set_stage(bulletin: Bulletin, stage: Stage) -> None:
    Bulletin.objects.filter(pk=bulletin.pk).update(stage=stage)
    bulletin.stage = stage
