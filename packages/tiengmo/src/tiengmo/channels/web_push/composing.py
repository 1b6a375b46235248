"""The words of a notice, from what is true at the moment it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from tiengmo.channels.messages.composing import rendition_for
from tiengmo.channels.web_push import rules
from tiengmo.channels.web_push.models import Notice

if TYPE_CHECKING:
    from tiengmo.releases.models import Release

PORTAL = "portal"
# Somebody has, or may have, it on their device.
TOLD = (Notice.State.SENDING, Notice.State.ACCEPTED, Notice.State.SHOWN)
# Handed over once, without an answer, before it was cancelled: they may have it too.
HAD_IT = Q(state__in=TOLD) | Q(state=Notice.State.CANCELLED, attempts__gt=0)
LONGEST_CHAIN = 50


def compose(notice: Notice) -> tuple[str, str]:
    """What the browser is told, as JSON, and its language; "" when nothing in it is true now."""
    release = notice.release
    with translation.override(settings.LANGUAGE_CODE):
        rendition = rendition_for(release, notice.village.languages)
        if rendition is None:
            return "", ""
        headline, body = rendition.headline, rendition.short_text or rendition.summary
        if notice.kind == Notice.Kind.WITHDRAWAL:
            if release.status != release.Status.WITHDRAWN:
                return "", ""
            headline = _("Đã gỡ: %(headline)s") % {"headline": headline}
            body = _("Tin này không còn đúng. Lý do: %(reason)s") % {
                "reason": release.withdrawal_reason
            }
        elif release.status != release.Status.RELEASED:
            return "", ""
        elif release.replaces_id is not None and _had(notice):
            headline = _("Đính chính: %(headline)s") % {"headline": headline}
    return (
        json.dumps(
            {
                "id": str(notice.pk),
                "title": rules.shortened(headline, rules.LONGEST_TITLE),
                "body": rules.shortened(body, rules.LONGEST_BODY),
                "lang": rendition.language,
                "tag": tag_of(release),
                "url": address_of(release, notice),
                "is_quiet": notice.kind == Notice.Kind.WITHDRAWAL,
                "is_urgent": notice.urgency == 0,
            },
            ensure_ascii=False,
        ),
        rendition.language,
    )


def tag_of(release: Release) -> str:
    """One for a bulletin and all its corrections: the newest takes the place of the others.

    32 characters of URL-safe base64, so that it is a Topic too (RFC 8030, 5.4).
    """
    first = release
    for _step in range(LONGEST_CHAIN):
        if first.replaces is None:
            break
        first = first.replaces
    return first.pk.hex


def address_of(release: Release, notice: Notice) -> str:
    if PORTAL in release.channels:
        return f"/tin/{release.slug}/"
    return f"/xa/{notice.village.unit.code}/"


def _had(notice: Notice) -> bool:
    return Notice.objects.filter(
        browser=notice.browser_id, release=notice.release.replaces_id, state__in=TOLD
    ).exists()
