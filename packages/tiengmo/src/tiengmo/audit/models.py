from typing import Any, Self

from django.db import models

from .errors import AppendOnly

FIRST_PREVIOUS_HASH = "0" * 64


class AppendOnlyQuerySet(models.QuerySet["AuditEntry"]):
    """Reads, and adds through `audit.actions.record`; refuses everything else."""

    def update(self, **_kwargs: Any) -> int:
        raise AppendOnly("Audit rows are never changed.")

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> int:
        raise AppendOnly("Audit rows are never changed.")

    def bulk_create(self, *_args: Any, **_kwargs: Any) -> list["AuditEntry"]:
        raise AppendOnly("Audit rows are added one by one, by audit.actions.record.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Audit rows are never removed.")

    async def aupdate(self, **_kwargs: Any) -> int:
        raise AppendOnly("Audit rows are never changed.")

    async def adelete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Audit rows are never removed.")


class AuditEntry(models.Model):
    """One act of one person or process. Rows are only added; each holds the hash of the one before.

    Personal data: the actor's id and printed name, kept as long as the chain (the record of who
    cleared what is the reason it exists).
    """

    # 1, 2, 3, ... without a gap: a database sequence leaves gaps where a transaction rolls back.
    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    # No foreign keys: an account or a bulletin may go, the record of what was done stays.
    actor_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80, db_index=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    subject_name = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.action}"

    def save(self, *_args: Any, **_kwargs: Any) -> None:
        raise AppendOnly("Audit rows are added by audit.actions.record and never changed.")

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Audit rows are never removed.")

    def append(self) -> Self:
        """Insert this row; only `audit.actions.record` calls it, holding the chain's head."""
        super().save(force_insert=True)
        return self


class ChainHead(models.Model):
    """The last link of the chain: one row, which writers lock in turn. Personal data: none."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=FIRST_PREVIOUS_HASH)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_chain_head")]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.hash[:12]}"
