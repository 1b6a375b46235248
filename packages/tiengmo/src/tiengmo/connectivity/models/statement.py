from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Statement(models.Model):
    """Something that somebody states to stand from a day on.

    Never edited: what changes is a later row, and what was wrong is a row that another replaced
    (`replaced_at`). One current row a key and day. Personal data: who wrote it down.
    """

    # What it speaks of, and what it says of it.
    KEY: ClassVar[tuple[str, ...]] = ()
    SAYS: ClassVar[tuple[str, ...]] = ()

    since = models.DateField(_("từ ngày"))
    source = models.CharField(_("nguồn số liệu"), max_length=160, blank=True)
    stated_at = models.DateTimeField(default=timezone.now)
    author_id = models.CharField(max_length=64)
    author_name = models.CharField(max_length=200)
    # Corrected by another row, or taken back, at this instant.
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.KEY)

    @property
    def says(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in (*self.SAYS, "source"))

    @property
    def ends_on(self) -> Any:
        """The last day of it, where it has one."""
        return getattr(self, "until", None)


class LivedStatement(Statement):
    """A statement of a thing that may come to an end. Personal data: who wrote it down."""

    until = models.DateField(_("đến hết ngày"), null=True)

    class Meta:
        abstract = True


def one_current(name: str, *key: str) -> models.UniqueConstraint:
    """Two people who state the same thing at once: the second is told."""
    return models.UniqueConstraint(
        fields=[*key, "since"], condition=models.Q(replaced_at=None), name=name
    )
