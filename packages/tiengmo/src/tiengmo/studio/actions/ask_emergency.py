from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.envelope import compose, new_id, sign
from speaker_link.kinds import Priority
from speaker_link.messages import Takeover

from tiengmo.audit.actions import record
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role
from tiengmo.places.queries import is_within
from tiengmo.speakers.issuers import certified_key, unlock
from tiengmo.speakers.keys import station_signers
from tiengmo.studio import rules
from tiengmo.studio.errors import StudioError
from tiengmo.studio.models import EmergencyVoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speaker_link.envelope import Signer

    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def ask_emergency(
    station: Unit,
    *,
    by: User,
    areas: Sequence[str],
    title: str,
    passphrase: str,
    minutes: int = rules.EMERGENCY_MINUTES,
) -> EmergencyVoice:
    """Ask to speak over everything in these areas: the first of the two signatures.

    Nothing sounds until another person signs the very same bytes.

    Raises NotAllowed, SpeakerError (passphrase, no station key), StudioError.
    """
    require_role(by, Role.OPERATOR, station)
    if not areas or not is_within(areas, [station.code]):
        raise StudioError(
            _("%(station)s không phụ trách hết các địa bàn đã chọn.") % {"station": station}
        )
    title = " ".join(title.split())[:300]
    if not title:
        raise StudioError(_("Hãy ghi nói về việc gì."))
    if not 1 <= minutes <= rules.LONGEST_EMERGENCY_MINUTES:
        raise StudioError(
            _("Thời lượng phải từ 1 đến %(most)d phút.") % {"most": rules.LONGEST_EMERGENCY_MINUTES}
        )
    voice = station_signers(station)[0].key.kid
    # Outside the transaction: opening the key takes a sixth of a second, on purpose.
    signer = signer_of(by, station, passphrase)
    row = EmergencyVoice(
        station=station,
        areas=list(areas),
        title=title,
        minutes=minutes,
        kid=voice,
        asker=by,
        asker_name=by.get_full_name(),
        asked_at=timezone.now(),
    )
    row.texts = _texts(row, signer)
    with transaction.atomic():
        row.save(force_insert=True)
        record(
            "studio.emergency_asked",
            by=by,
            subject=row,
            detail={"station": station.code, "areas": row.areas, "title": title},
        )
    return row


def signer_of(user: User, station: Unit, passphrase: str) -> Signer:
    """The person's own key, open for what is signed now. Raises StudioError, SpeakerError."""
    key = certified_key(user, station)
    if key is None:
        raise StudioError(
            _(
                "Bạn chưa có khoá ký cảnh báo còn hiệu lực cho %(unit)s: "
                "hãy mở Cảnh báo → Khoá ký của tôi."
            )
            % {"unit": station}
        )
    return unlock(key, passphrase)


def _texts(row: EmergencyVoice, signer: Signer) -> list[str]:
    """One for every stream that may be needed, and the end: a person signs once."""
    until = row.asked_at + rules.EMERGENCY_WAITS + timedelta(minutes=row.minutes)
    first = int(row.asked_at.timestamp() * 1000)
    texts = []
    for number in range(rules.EMERGENCY_STREAMS + 1):
        is_end = number == rules.EMERGENCY_STREAMS
        body = Takeover(
            version=first + number,
            takeover=row.pk,
            station=row.station.code,
            title=row.title,
            stream=new_id(),
            kid=row.kid,
            start=row.asked_at,
            until=until,
            ended=is_end,
        )
        message = compose(
            body, now=row.asked_at, areas=list(row.areas), priority=Priority.EMERGENCY
        )
        texts.append(sign(message, by=[signer]))
    return texts
