"""How much a person and a unit may have spoken: making speech takes the machine's time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from tiengmo.people.models import User

from .errors import TooMuchSpeech
from .models import SpeechRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .models import Sound

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def charge(sound: Sound, *, by: User) -> None:
    """Count a text about to be rendered against who asked and their unit. Raises TooMuchSpeech.

    Words that have been spoken before cost nothing, so this is called for new ones only.
    """
    # Two requests of one person at once take turns; the transaction is the caller's.
    User.objects.select_for_update().get(pk=by.pk)
    SpeechRequest.objects.filter(by=by, at__lt=timezone.now() - 2 * DAY).delete()
    characters = len(sound.spoken_text)
    of_person = SpeechRequest.objects.filter(by=by)
    _check(of_person, characters, settings.SPEECH_PERSON_HOUR, HOUR, is_unit=False)
    if by.unit_id is not None:
        of_unit = SpeechRequest.objects.filter(unit_id=by.unit_id)
        _check(of_unit, characters, settings.SPEECH_UNIT_DAY, DAY, is_unit=True)
    SpeechRequest.objects.create(sound=sound, by=by, unit_id=by.unit_id, characters=characters)


def _check(
    requests: QuerySet[SpeechRequest],
    characters: int,
    limit: int,
    during: timedelta,
    *,
    is_unit: bool,
) -> None:
    recent = requests.filter(at__gt=timezone.now() - during)
    used = recent.aggregate(total=Sum("characters"))["total"] or 0
    # A text longer than the whole allowance is judged by its own length elsewhere.
    if used and used + characters > limit:
        first = recent.order_by("at").values_list("at", flat=True)[0]
        raise TooMuchSpeech(used=used, limit=limit, again_at=first + during, is_unit=is_unit)
