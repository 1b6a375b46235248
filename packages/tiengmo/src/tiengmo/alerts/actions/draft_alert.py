from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tiengmo.alerts import rules
from tiengmo.alerts.errors import AlertError
from tiengmo.alerts.models import Alert, Info, MsgType, Status
from tiengmo.alerts.workflow import State
from tiengmo.audit.actions import record
from tiengmo.foundation.vietnamese import nfc
from tiengmo.outbox.actions import announce
from tiengmo.places.queries import areas_label, is_within, smallest_unit_containing, villages_in
from tiengmo.voices.actions import speak

from .checks import require_issuer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from tiengmo.alerts.models import Proposal, Template
    from tiengmo.people.models import User
    from tiengmo.places.models import Unit

MAIN_LANGUAGE = "vi"


def draft_alert(
    template: Template,
    *,
    by: User,
    areas: Sequence[str],
    given: Mapping[str, str],
    status: str = Status.ACTUAL,
    lasts_minutes: int | None = None,
    repeat_minutes: int | None = None,
    polygon: dict[str, Any] | None = None,
    proposal: Proposal | None = None,
) -> Alert:
    """Write an alert from a template, and have its voice made and fetched while it is read.

    Raises AlertError (a blank that is needed, a text too long to be shouted), NotAllowed.
    """
    return _draft(
        template=template,
        by=by,
        areas=areas,
        texts=_texts(template, given),
        status=status,
        msg_type=MsgType.ALERT,
        lasts_minutes=lasts_minutes or template.lasts_minutes,
        repeat_minutes=template.repeat_minutes if repeat_minutes is None else repeat_minutes,
        polygon=polygon,
        proposal=proposal,
    )


def draft_update(
    alert: Alert,
    *,
    by: User,
    areas: Sequence[str],
    given: Mapping[str, str],
    lasts_minutes: int | None = None,
    repeat_minutes: int | None = None,
    polygon: dict[str, Any] | None = None,
    proposal: Proposal | None = None,
) -> Alert:
    """Write a new version of an alert that is out, for the same area or a wider one.

    Raises AlertError: it is not out any more, or some of its area would never hear the end of it.
    """
    template = _still_out(alert)
    if not is_within(alert.areas, areas):
        raise AlertError(
            _(
                "Bản cập nhật phải gồm cả địa bàn đang được cảnh báo. Muốn thu hẹp, hãy báo an "
                "toàn rồi phát cảnh báo mới."
            )
        )
    return _draft(
        template=template,
        by=by,
        areas=areas,
        texts=_texts(template, given),
        status=alert.status,
        msg_type=MsgType.UPDATE,
        lasts_minutes=lasts_minutes or template.lasts_minutes,
        repeat_minutes=template.repeat_minutes if repeat_minutes is None else repeat_minutes,
        polygon=polygon,
        replaces=alert,
        proposal=proposal,
    )


def draft_all_clear(alert: Alert, *, by: User, text: str = "") -> Alert:
    """Write the end of an alert, which is spoken once where the alert was.

    Raises AlertError: it is not out any more.
    """
    template = _still_out(alert)
    main = alert.main_info
    of = main.headline if main is not None else alert.event
    prefix = rules.headline_of(status=alert.status, headline="")
    what = of.removeprefix(prefix).strip()
    headline = f"Đã an toàn: hết {what[:1].lower() + what[1:]}"
    return _draft(
        template=template,
        by=by,
        areas=alert.areas,
        texts=(headline, text.strip() or template.all_clear, ""),
        status=alert.status,
        msg_type=MsgType.CANCEL,
        lasts_minutes=int(rules.ALL_CLEAR_STANDS / timedelta(minutes=1)),
        repeat_minutes=0,
        polygon=alert.polygon,
        replaces=alert,
    )


def _still_out(alert: Alert) -> Template:
    if not alert.is_current_at(timezone.now()) or alert.template is None:
        raise AlertError(_("Cảnh báo này không còn hiệu lực: không cập nhật được nữa."))
    return alert.template


def _texts(template: Template, given: Mapping[str, str]) -> tuple[str, str, str]:
    missing = [
        blank["label"]
        for blank in template.blanks
        if blank.get("required") and not given.get(blank["name"], "").strip()
    ]
    if missing:
        raise AlertError(_("Hãy điền: %(names)s.") % {"names": ", ".join(missing)})
    given = {name: nfc(value) for name, value in given.items()}
    headline = rules.fill(template.headline, given)
    return (
        headline[:1].upper() + headline[1:],
        rules.fill(template.description, given),
        rules.fill(template.instruction, given),
    )


def _draft(
    *,
    template: Template,
    by: User,
    areas: Sequence[str],
    texts: tuple[str, str, str],
    status: str,
    msg_type: str,
    lasts_minutes: int,
    repeat_minutes: int,
    polygon: dict[str, Any] | None,
    replaces: Alert | None = None,
    proposal: Proposal | None = None,
) -> Alert:
    station = smallest_unit_containing(areas)
    require_issuer(by, station)
    _check_length(lasts_minutes)
    headline, description, instruction = texts
    script = rules.script_of(
        status=status, headline=headline, description=description, instruction=instruction
    )
    if len(script) > rules.LONGEST_SCRIPT:
        raise AlertError(
            _("Lời cảnh báo quá dài (%(n)d chữ cái): hãy nói gọn lại để bà con kịp nghe.")
            % {"n": len(script)}
        )
    before, after = rules.frame_of(status)
    now = timezone.now()
    with transaction.atomic():
        if replaces is not None:
            # Who tries again starts again: one waiting successor at a time.
            for waiting in Alert.objects.filter(replaces=replaces).exclude(state=State.ISSUED):
                waiting.replaces = None
                waiting.state = State.REJECTED
                waiting.rejection_reason = "Đã soạn lại."
                waiting.save(update_fields=["replaces", "state", "rejection_reason"])
        alert = Alert.objects.create(
            identifier=rules.new_identifier(station.code, now),
            sender=_sender(station),
            status=status,
            msg_type=msg_type,
            hazard=template.hazard,
            template=template,
            station=station,
            areas=list(areas),
            area_text=_in_vietnamese(areas),
            polygon=polygon,
            category=template.category,
            event=template.event,
            response_types=["AllClear"] if msg_type == MsgType.CANCEL else template.response_types,
            urgency="Past" if msg_type == MsgType.CANCEL else template.urgency,
            severity="Minor" if msg_type == MsgType.CANCEL else template.severity,
            certainty="Observed" if msg_type == MsgType.CANCEL else template.certainty,
            repeat_minutes=repeat_minutes,
            lasts_minutes=lasts_minutes,
            replaces=replaces,
            proposal=proposal,
            wire_id=_wire_id(replaces, station),
            composer=by,
            composer_name=str(by),
        )
        Info.objects.create(
            alert=alert,
            language=MAIN_LANGUAGE,
            headline=rules.headline_of(status=status, headline=headline)[:300],
            description=f"{before}\n{description}".strip(),
            instruction=f"{instruction}\n{after}".strip(),
            script=script,
            sound=speak(script, language=MAIN_LANGUAGE),
        )
        _add_other_languages(alert)
        announce("alerts.prefetch", {"alert": str(alert.pk)}, key=f"alerts.prefetch:{alert.pk}")
        record("alerts.drafted", by=by, subject=alert, detail=_detail(alert))
    return alert


def _in_vietnamese(areas: Sequence[str]) -> str:
    """The areas in words for everybody, whatever language the person who writes reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return areas_label(areas)[:500]


def _check_length(minutes: int) -> None:
    if not rules.SHORTEST <= timedelta(minutes=minutes) <= rules.LONGEST:
        raise AlertError(_("Hiệu lực của cảnh báo từ 5 phút đến 24 giờ."))


def _sender(station: Unit) -> str:
    return f"{station.code}@{urlsplit(settings.PUBLIC_URL).hostname}"


def _wire_id(replaces: Alert | None, station: Unit) -> str:
    """One name a thread and station: an older message of it can then never come back."""
    if replaces is not None and replaces.station_id == station.pk:
        return replaces.wire_id
    return rules.new_wire_id()


def _add_other_languages(alert: Alert) -> None:
    """Add what was recorded beforehand in the villages' own languages.

    A recording says nothing of a drill, so it only goes with what is true. The all-clear has a
    recording of its own: without one it is said in Vietnamese, never in the alert's words.
    """
    if alert.status != Status.ACTUAL or alert.template is None:
        return
    spoken = {
        language
        for languages in villages_in(alert.areas).values_list("languages", flat=True)
        for language in languages
    }
    for text in alert.template.texts.filter(language__in=spoken).exclude(language=MAIN_LANGUAGE):
        if alert.msg_type == MsgType.CANCEL:
            if text.all_clear:
                Info.objects.create(
                    alert=alert,
                    language=text.language,
                    headline=text.all_clear[:300],
                    description=text.all_clear,
                    sound=text.all_clear_sound,
                )
            continue
        Info.objects.create(
            alert=alert,
            language=text.language,
            headline=text.headline,
            description=text.description,
            instruction=text.instruction,
            sound=text.sound,
        )


def _detail(alert: Alert) -> dict[str, Any]:
    return {
        "identifier": alert.identifier,
        "status": alert.status,
        "msg_type": alert.msg_type,
        "areas": alert.areas,
        "headline": alert.headline,
    }
