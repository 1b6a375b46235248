"""What a letter to a journalist says, written when it goes. Under embargo it tells nothing but that
there is something, and until when it may not be printed."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from tiengmo.channels.press.models import Letter, RoomKey
from tiengmo.channels.press.queries import CHANNEL, press_office
from tiengmo.channels.press.rules import KEY_LASTS
from tiengmo.channels.press.sealing import ADDRESSES, new_token, token_hash

if TYPE_CHECKING:
    from tiengmo.releases.models import Release

OPENING_WORDS = 60
# Said to who is accredited now; a correction and a withdrawal go to whoever was told.
ONLY_ACCREDITED = (
    Letter.Kind.SIGN_IN,
    Letter.Kind.ACCREDITED,
    Letter.Kind.EMBARGO,
    Letter.Kind.NEWS,
)


def compose(letter: Letter) -> EmailMessage | None:
    """The message; None when it is no longer true. Raises foundation.sealing.Unreadable.

    A link to sign in is made here, so that nothing but the letter holds it.
    """
    journalist = letter.journalist
    is_accredited = journalist.is_accredited_on(timezone.localdate())
    if letter.kind in ONLY_ACCREDITED and not is_accredited:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        office = press_office()
        place = office.name if office is not None else "Tiếng Mõ"
        context: dict[str, object] = {
            "place": place,
            "name": journalist.full_name,
            "press": f"{settings.PUBLIC_URL}/bao-chi/",
            "room": f"{settings.PUBLIC_URL}/bao-chi/phong/",
            "until_day": journalist.accredited_until,
        }
        if letter.release is not None:
            if not _is_still_true(letter, letter.release):
                return None
            context |= _about(letter.release)
        elif letter.kind == Letter.Kind.SIGN_IN:
            context["link"] = _new_link(letter)
        subject = _subject(letter, context)
        body = render_to_string(f"channels/press/{letter.kind}.txt", context)
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[ADDRESSES.unseal(journalist.sealed_address)],
        headers={
            "Date": formatdate(localtime=False),
            # The same letter has the same identity, whoever sends it.
            "Message-ID": f"<press-{letter.pk}-{letter.at.timestamp():.0f}@{host}>",
            "List-Id": f"<bao-chi.{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _is_still_true(letter: Letter, release: Release) -> bool:
    is_withdrawn = release.status == release.Status.WITHDRAWN
    if letter.kind == Letter.Kind.WITHDRAWAL:
        return is_withdrawn
    if is_withdrawn or release.replaced_by.filter(released_at__isnull=False).exists():
        return False
    return letter.kind != Letter.Kind.EMBARGO or release.release_at > timezone.now()


def _about(release: Release) -> dict[str, object]:
    renditions = {one.language: one for one in release.renditions.all()}
    shown = renditions.get("vi") or next(iter(renditions.values()), None)
    was_out = release.withdrawn_at is None or release.release_at <= release.withdrawn_at
    words = strip_tags(shown.body_html.replace("<", " <")).split() if shown is not None else []
    opening = " ".join(words[:OPENING_WORDS]) + (" …" if len(words) > OPENING_WORDS else "")
    is_for_press = CHANNEL in release.channels
    return {
        # What never became public is not named in a letter either.
        "headline": shown.headline if shown is not None and was_out else "",
        "summary": (shown.summary or opening) if shown is not None else "",
        "unit": release.unit.name,
        "embargo": timezone.localtime(release.release_at),
        "is_correction": release.replaces_id is not None,
        "reason": release.withdrawal_reason,
        "item": f"{settings.PUBLIC_URL}/bao-chi/phong/{release.pk}/",
        "page": f"{settings.PUBLIC_URL}/bao-chi/{release.slug}/" if is_for_press else "",
    }


def _subject(letter: Letter, context: dict[str, object]) -> str:
    match letter.kind:
        case Letter.Kind.SIGN_IN:
            return _("Liên kết vào phòng báo chí của %(place)s") % context
        case Letter.Kind.ACCREDITED:
            return _("Được cấp quyền vào phòng báo chí của %(place)s") % context
        case Letter.Kind.EMBARGO:
            return _("Thông cáo chưa được đăng trước %(when)s") % {
                "when": f"{context['embargo']:%H:%M %d/%m/%Y}"
            }
        case Letter.Kind.CORRECTION:
            return _("Đính chính: %(headline)s") % context
        case Letter.Kind.WITHDRAWAL:
            if not context["headline"]:
                return _("Đã gỡ một thông cáo chưa được đăng của %(place)s") % context
            return _("Đã gỡ: %(headline)s") % context
    return str(context["headline"])


def _new_link(letter: Letter) -> str:
    token = new_token()
    RoomKey.objects.create(
        journalist=letter.journalist,
        token_hash=token_hash(token),
        expires_at=timezone.now() + KEY_LASTS,
    )
    return f"{settings.PUBLIC_URL}/bao-chi/vao/{token}/"
