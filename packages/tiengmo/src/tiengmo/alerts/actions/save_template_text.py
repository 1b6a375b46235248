from __future__ import annotations

from typing import IO, TYPE_CHECKING

from django.db import transaction

from tiengmo.alerts.models import Template, TemplateText
from tiengmo.alerts.queries import ISSUING_ROLES
from tiengmo.audit.actions import record
from tiengmo.voices.actions import accept_recording

from .checks import require_at_the_top

if TYPE_CHECKING:
    from django.core.files.base import File

    from tiengmo.people.models import User


def save_template_text(
    text: TemplateText,
    *,
    by: User,
    recording: IO[bytes] | File[bytes] | None = None,
    all_clear_recording: IO[bytes] | File[bytes] | None = None,
) -> TemplateText:
    """Keep a hazard's words in one language, and a voice that true alerts everywhere will carry.

    So it takes somebody who may warn the whole locality. Raises NotAllowed, UnusableSound.
    """
    require_at_the_top(by, *ISSUING_ROLES)
    if recording is not None:
        text.sound = accept_recording(recording, language=text.language, by=by)
    if all_clear_recording is not None:
        text.all_clear_sound = accept_recording(all_clear_recording, language=text.language, by=by)
    with transaction.atomic():
        template = Template.objects.select_for_update().get(pk=text.template_id)
        text.save()
        record(
            "alerts.template_text_saved",
            by=by,
            subject=text,
            detail={
                "template": template.name,
                "language": text.language,
                "headline": text.headline,
                "sound": text.sound_id,
                "all_clear_sound": text.all_clear_sound_id,
            },
        )
    return text
