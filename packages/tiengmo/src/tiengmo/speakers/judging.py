"""What people signed is judged here first, as a box of the area will judge it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link import envelope
from speaker_link.errors import Refused
from speaker_link.replay import MemoryReplayCache
from speaker_link.trust import Scope
from speaker_link.verification import verify

from tiengmo.places.queries import area_path, villages_in

from .errors import SpeakerError
from .models import IssuerKey, StationKey
from .revocations import revoked_elsewhere, trust_now

if TYPE_CHECKING:
    from typing import Any


def judge_as_box(text: str, *, topic: str) -> envelope.Message[Any]:
    """The message, if boxes will obey it. Raises SpeakerError with their reason."""
    claimed = envelope.peek(text)
    village = villages_in(claimed.areas or []).select_related("unit").first()
    if village is None:
        raise SpeakerError(_("Địa bàn của cảnh báo không có thôn nào."))
    path = tuple(area_path(village))
    revoked = {
        kid
        for model in (StationKey, IssuerKey)
        for kid in model.objects.exclude(revoked_at=None).values_list("kid", flat=True)
    } | {entry.kid for entry in revoked_elsewhere() if entry.kid is not None}
    trust = trust_now()
    try:
        return verify(
            text,
            trust=replace(trust, revoked=trust.revoked | revoked),
            scope=Scope(serial="may-chu", areas=path, stations=path[1:], is_test_mode=claimed.test),
            now=timezone.now(),
            replay=MemoryReplayCache(),
            topic=topic,
        )
    except Refused as refusal:
        from .labels import REFUSAL_REASONS

        raise SpeakerError(
            _("Loa sẽ không nhận cảnh báo này: %(reason)s.")
            % {"reason": REFUSAL_REASONS.get(str(refusal.reason), str(refusal.reason))}
        ) from refusal
