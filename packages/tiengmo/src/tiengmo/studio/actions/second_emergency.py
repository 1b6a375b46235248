from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link import topics
from speaker_link.envelope import countersign, peek

from tiengmo.audit.actions import record
from tiengmo.outbox.actions import announce
from tiengmo.people.actions import require_role
from tiengmo.people.errors import NotAllowed
from tiengmo.people.models import Role
from tiengmo.releases.models import Priority
from tiengmo.speakers.judging import judge_as_box
from tiengmo.studio import rules
from tiengmo.studio.errors import StudioError
from tiengmo.studio.models import EmergencyVoice, LiveTakeover, Source
from tiengmo.studio.queries import is_above, takeovers_in

from .ask_emergency import signer_of
from .take_over_live import area_taken, displace, queue

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit


def second_emergency(voice: EmergencyVoice, *, by: User, passphrase: str) -> LiveTakeover:
    """Sign the very bytes that the first person signed: the loudspeakers are theirs at once.

    Whatever is live in these areas gives way, but for an emergency of a station not below.

    Raises NotAllowed, StudioError (the same person, too late), AreaTaken, SpeakerError (passphrase,
    boxes would refuse it).
    """
    require_issuer(by, voice.station)
    if voice.asker_id == by.pk:
        raise StudioError(_("Phải có hai người khác nhau ký. Hãy nhờ một người khác."))
    _check_waits(voice)
    _check_words(voice)
    signer = signer_of(by, voice.station, passphrase)
    texts = [countersign(text, by=signer) for text in voice.texts]
    topic = topics.takeover(voice.station.code, voice.pk)
    for text in texts:
        judge_as_box(text, topic=topic)
    with transaction.atomic():
        row = _locked(voice)
        queue()
        held = takeovers_in(row.areas)
        for other in held:
            if other.priority == Priority.EMERGENCY and not is_above(row.station, other.station):
                raise area_taken(other, row.station)
        now = timezone.now()
        takeover = LiveTakeover.objects.create(
            id=row.pk,
            station=row.station,
            areas=row.areas,
            priority=Priority.EMERGENCY,
            title=row.title,
            source=Source.MICROPHONE,
            by=row.asker,
            by_name=row.asker_name,
            started_at=now,
            state_at=now,
            until_at=now + timedelta(minutes=row.minutes),
        )
        row.texts, row.takeover = texts, takeover
        row.seconder, row.seconder_name = by, by.get_full_name()
        row.save(update_fields=["texts", "takeover", "seconder", "seconder_name"])
        for other in held:
            displace(other, takeover, by)
        record(
            "studio.emergency_seconded",
            by=by,
            subject=takeover,
            detail={
                "asker": row.asker_name,
                "areas": row.areas,
                "displaced": [other.pk for other in held],
            },
        )
        announce("studio.end_due", {"takeover": takeover.pk}, due_at=takeover.until_at)
    return takeover


def drop_emergency(voice: EmergencyVoice, *, by: User) -> None:
    """Nobody will speak; either person may say so. Raises NotAllowed, StudioError."""
    require_issuer(by, voice.station)
    with transaction.atomic():
        row = _locked(voice)
        row.dropped_at = timezone.now()
        row.save(update_fields=["dropped_at"])
        record("studio.emergency_dropped", by=by, subject=row, detail={"title": row.title})


def require_issuer(user: User, station: Unit) -> None:
    """An operator or approver of the station or above. Raises NotAllowed."""
    try:
        require_role(user, Role.APPROVER, station)
    except NotAllowed:
        require_role(user, Role.OPERATOR, station)


def _check_waits(row: EmergencyVoice) -> None:
    if row.dropped_at is not None or row.takeover_id is not None:
        raise StudioError(_("Lời nói này đã được ký hoặc đã bỏ."))
    if timezone.now() > row.asked_at + rules.EMERGENCY_WAITS:
        raise StudioError(_("Đã quá 30 phút: hãy xin nói lại."))


def _check_words(row: EmergencyVoice) -> None:
    """What is signed is what stands on the page, whoever may have changed the row."""
    for text in row.texts:
        message = peek(text)
        body = message.body
        shown = (row.pk, row.station.code, row.title, row.kid)
        if (body.takeover, body.station, body.title, body.kid) != shown or (
            sorted(message.areas or []) != sorted(row.areas)
            or body.until - body.start != rules.EMERGENCY_WAITS + timedelta(minutes=row.minutes)
        ):
            raise StudioError(_("Nội dung đã ký khác với nội dung đang hiện: không ký tiếp được."))


def _locked(voice: EmergencyVoice) -> EmergencyVoice:
    row = (
        EmergencyVoice.objects.select_for_update(of=("self",))
        .select_related("station", "asker")
        .get(pk=voice.pk)
    )
    _check_waits(row)
    return row
