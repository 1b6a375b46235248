"""Many small messages, one to each person, become a village's delivery and its receipts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils import timezone

from tiengmo.releases.actions import move_delivery, record_receipt
from tiengmo.releases.models import DeliveryStatus, Release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.db.models import Model
    from django.utils.functional import _StrPromise

    from tiengmo.releases.models import Delivery

NEWS, WITHDRAWAL = "news", "withdrawal"
WAITING, SENDING, ACCEPTED = "waiting", "sending", "accepted"
FAILED, CANCELLED, IN_DOUBT = "failed", "cancelled", "in_doubt"


@dataclass(frozen=True)
class Settling:
    """How one channel's rows are read. model: rows with delivery, kind, state, reason, language."""

    model: type[Model]
    arrived: str  # the state that is proven
    told: Sequence[str]  # the states in which somebody has it, or may have it
    gone: str  # the delivery's reason when what is out there does not come back
    failed: str  # the delivery's reason when no row says one
    counted: _StrPromise  # what is counted, before the numbers by state
    taken_back: _StrPromise  # with %(out)d and %(told)d
    # Of the receipt.
    prefix: str
    kind: str
    method: str
    proof: str
    households: Callable[[Delivery, int], tuple[int, int]]

    def counts_of(self, delivery: Delivery, *, kind: str = NEWS) -> dict[str, int]:
        rows = self._rows(delivery, kind=kind).values_list("state")
        return dict(rows.annotate(count=Count("pk")))

    def settle(self, delivery: Delivery) -> None:
        """Bring a delivery up to what became of its rows. Running it again changes nothing."""
        counts = self.counts_of(delivery)
        if not counts:
            return
        self._record(delivery)
        if delivery.release.status == Release.Status.WITHDRAWN:
            self._settle_withdrawn(delivery, counts)
            return
        status, reason = self.state_of(counts)
        is_untouched = not any(counts.get(state) for state in (*self.told, FAILED))
        if (
            status == DeliveryStatus.SENDING
            and delivery.status == DeliveryStatus.PENDING
            and is_untouched
        ):
            return  # still in quiet hours, or without a provider
        if status == DeliveryStatus.FAILED_PERMANENTLY:
            reason = self._why_failed(delivery)
        if delivery.reason == self.gone:
            reason = self.gone
        move_delivery(delivery, status, reason=reason, detail=self.in_words(counts))

    def state_of(self, counts: Mapping[str, int]) -> tuple[str, str]:
        """A village's status and reason, from its rows by state."""
        if counts.get(WAITING) or counts.get(SENDING):
            return DeliveryStatus.SENDING, ""
        if counts.get(self.arrived):
            return DeliveryStatus.DELIVERED, ""
        if counts.get(ACCEPTED):
            return DeliveryStatus.SENT, "waiting"
        if counts.get(IN_DOUBT):
            return DeliveryStatus.IN_DOUBT, "in_doubt"
        if counts.get(FAILED):
            return DeliveryStatus.FAILED_PERMANENTLY, ""
        return DeliveryStatus.CANCELLED, ""

    def in_words(self, counts: Mapping[str, int]) -> str:
        states: Any = self.model.State  # type: ignore[attr-defined]
        parts = [f"{one.label}: {counts[one.value]}" for one in states if counts.get(one.value)]
        return f"{self.counted} – {', '.join(parts)}." if parts else ""

    def _rows(self, delivery: Delivery, **wanted: str) -> Any:
        return self.model._default_manager.filter(delivery=delivery, **wanted).order_by()  # noqa: SLF001

    def _why_failed(self, delivery: Delivery) -> str:
        rows = self._rows(delivery, state=FAILED).exclude(reason="").order_by("reason")
        return rows.values_list("reason", flat=True).first() or self.failed

    def _settle_withdrawn(self, delivery: Delivery, counts: Mapping[str, int]) -> None:
        """Taken back once everybody who had it was told; until then it is gone and not back."""
        notices = self.counts_of(delivery, kind=WITHDRAWAL)
        out = sum(counts.get(state, 0) for state in self.told)
        told = notices.get(ACCEPTED, 0) + notices.get(self.arrived, 0)
        on_the_way = notices.get(WAITING, 0) + notices.get(SENDING, 0)
        detail = self.taken_back % {"out": out, "told": told}
        if on_the_way or told < out:
            move_delivery(delivery, delivery.status, reason=self.gone, detail=detail)
        else:
            move_delivery(delivery, DeliveryStatus.WITHDRAWN, reason="", detail=detail)

    def _record(self, delivery: Delivery) -> None:
        """A receipt for each language, when what it claims has grown."""
        if delivery.village is None:
            return
        rows = self._rows(delivery, kind=NEWS, state=self.arrived)
        for language, count in Counter(rows.values_list("language", flat=True)).items():
            lo, hi = self.households(delivery, count)
            record_receipt(
                delivery,
                key=f"{self.prefix}:{delivery.pk}:{language}:{lo}:{hi}",
                kind=self.kind,
                at=timezone.now(),
                village=delivery.village,
                language=language,
                households=(lo, hi),
                method=self.method,
                proof={self.proof: count},
            )
