"""The words of a letter, from what is true at the moment it goes."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from tiengmo.channels.email_followers import sealing
from tiengmo.channels.email_followers.models import Letter
from tiengmo.places.queries import top_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.releases.models import Release

FOLDER = "channels/email_followers"
MAIN_LANGUAGE = "vi"


def compose(letters: Sequence[Letter]) -> EmailMessage | None:
    """One message for one follower's letters; None when nothing in them is true any more.

    Raises sealing.Unreadable.
    """
    follower = letters[0].follower
    with translation.override(settings.LANGUAGE_CODE):
        if letters[0].kind == Letter.Kind.CONFIRM:
            subject, text = _confirm(letters[0])
        else:
            still_true = [letter for letter in letters if _is_still_true(letter)]
            if not still_true:
                return None
            subject, text = _news(still_true)
    own = own_address(follower.pk)
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[sealing.unseal(follower.sealed_address)],
        headers={
            "Date": formatdate(localtime=False),
            # The same letter has the same identity, whoever sends it.
            "Message-ID": f"<letter-{letters[0].pk}-{letters[0].at.timestamp():.0f}@{host}>",
            # RFC 8058: the mail program's own button leaves with one click.
            "List-Unsubscribe": f"<{own}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"<theo-doi.{host}>",
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
        },
    )


def own_address(follower_id: object) -> str:
    """Where a follower sees, changes and ends what they follow."""
    return f"{settings.PUBLIC_URL}/theo-doi/cua-toi/{sealing.own_token(follower_id)}/"


def _is_still_true(letter: Letter) -> bool:
    release = letter.release
    if release is None:
        return False
    is_withdrawn = release.status == release.Status.WITHDRAWN
    if letter.kind == Letter.Kind.WITHDRAWAL:
        return is_withdrawn
    return not is_withdrawn and not release.replaced_by.exclude(released_at=None).exists()


def _confirm(letter: Letter) -> tuple[str, str]:
    place = _place()
    context = {
        "place": place,
        "address": f"{settings.PUBLIC_URL}/theo-doi/xac-nhan/{sealing.confirm_token(letter.pk)}/",
        "own": own_address(letter.follower_id),
    }
    subject = _("Xác nhận theo dõi tin của %(place)s") % {"place": place}
    return subject, render_to_string(f"{FOLDER}/confirm.txt", context)


def _news(letters: Sequence[Letter]) -> tuple[str, str]:
    items = [_item(letter) for letter in letters]
    place = _place()
    context = {"place": place, "items": items, "own": own_address(letters[0].follower_id)}
    if len(items) == 1:
        subject = f"{items[0]['mark']}{items[0]['headline']}"
    else:
        subject = _("%(count)d tin mới của %(place)s") % {"count": len(items), "place": place}
    return subject, render_to_string(f"{FOLDER}/news.txt", context)


MARKS = {
    Letter.Kind.NEWS.value: "",
    Letter.Kind.CORRECTION.value: "Đính chính: ",
    Letter.Kind.WITHDRAWAL.value: "Đã gỡ: ",
}


def _item(letter: Letter) -> dict[str, str]:
    release: Release | None = letter.release
    assert release is not None  # noqa: S101 (a letter of news has one: _is_still_true)
    renditions = {r.language: r for r in release.renditions.all()}
    shown = renditions.get(MAIN_LANGUAGE) or next(iter(renditions.values()))
    is_withdrawal = letter.kind == Letter.Kind.WITHDRAWAL
    return {
        "mark": MARKS[letter.kind],
        "headline": shown.headline,
        "summary": "" if is_withdrawal else shown.summary or _opening(shown.body_html),
        "reason": release.withdrawal_reason if is_withdrawal else "",
        "unit": release.unit.name,
        "address": f"{settings.PUBLIC_URL}/tin/{release.slug}/",
    }


def _opening(body_html: str) -> str:
    words = strip_tags(body_html.replace("</p>", " ")).split()
    return " ".join(words[:60]) + (" …" if len(words) > 60 else "")  # noqa: PLR2004


def _place() -> str:
    tops = top_units()
    return tops[0].name if tops else "Tiếng Mõ"
