"""The words of a message, from what is true at the moment it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tiengmo.channels.messages import rules, sealing
from tiengmo.channels.messages.models import Message
from tiengmo.channels.messages.templates_of_zalo import (
    DATE,
    HEADLINE,
    LINK,
    TEXT,
    UNIT,
    VILLAGE,
    filled,
)

if TYPE_CHECKING:
    from tiengmo.channels.messages.models import Subscriber
    from tiengmo.channels.messages.templates_of_zalo import Template
    from tiengmo.releases.models import Release, Rendition

MAIN_LANGUAGE = "vi"
PLAIN_CHANNEL = "sms_plain"
# The states in which somebody has, or may have, a message on their telephone.
TOLD = (
    Message.State.SENDING,
    Message.State.ACCEPTED,
    Message.State.DELIVERED,
    Message.State.IN_DOUBT,
)


def compose(message: Message) -> tuple[str, str]:
    """The text and its language; "" when nothing in it is true any more.

    Raises sealing.Unreadable.
    """
    subscriber = message.subscriber
    if subscriber is None:
        return "", ""
    with translation.override(settings.LANGUAGE_CODE):
        if message.kind == Message.Kind.CODE:
            if not subscriber.sealed_code:
                return "", ""
            village = subscriber.wanted_village or subscriber.village
            return code_text(village.name, sealing.unseal(subscriber.sealed_code)), MAIN_LANGUAGE
        if message.kind == Message.Kind.LINK:
            return link_text(subscriber), MAIN_LANGUAGE
        release = message.release
        if release is None:
            return "", ""
        if message.kind == Message.Kind.WITHDRAWAL:
            if release.status != release.Status.WITHDRAWN:
                return "", ""
            return withdrawal_text(release), MAIN_LANGUAGE
        if release.status != release.Status.RELEASED:
            return "", ""
        return _news(message, release, subscriber)


def compose_fields(message: Message, template: Template) -> tuple[dict[str, str], str]:
    """What a Zalo template is filled with, and the language; {} when nothing in it is true now."""
    release = message.release
    if release is None or message.subscriber is None:
        return {}, ""
    with translation.override(settings.LANGUAGE_CODE):
        rendition = rendition_for(release, message.village.languages)
        if rendition is None:
            return {}, ""
        headline = rendition.headline.strip()
        text = text_of(headline, rendition.short_text)
        if message.kind == Message.Kind.WITHDRAWAL:
            if release.status != release.Status.WITHDRAWN:
                return {}, ""
            headline = _("Đã gỡ: %(headline)s") % {"headline": headline}
            text = _("Tin này không còn đúng. Lý do: %(reason)s") % {
                "reason": " ".join(release.withdrawal_reason.split())
            }
        elif release.status != release.Status.RELEASED:
            return {}, ""
        elif _had_it(message, release):
            headline = _("Đính chính: %(headline)s") % {"headline": headline}
            text = _("Đính chính: %(text)s") % {"text": text}
        contents = {
            HEADLINE: headline,
            TEXT: text,
            UNIT: release.unit.name,
            VILLAGE: message.village.name,
            DATE: f"{timezone.localtime(release.released_at):%d/%m/%Y}",
            LINK: address_of(release, message),
        }
        return filled(template, contents), rendition.language


def address_of(release: Release, message: Message) -> str:
    """Where the bulletin can be read: its own page, else its commune's."""
    if "portal" in release.channels:
        return f"{settings.PUBLIC_URL}/tin/{release.slug}/"
    return f"{settings.PUBLIC_URL}/xa/{message.village.unit.code}/"


def code_text(village: str, code: str) -> str:
    text = _(
        "Mã xác nhận nhận tin %(village)s: %(code)s. Nếu không phải bà con, xin bỏ qua tin này."
    )
    return rules.shortened(rules.plain(text % {"village": village, "code": code}), parts=2)


def link_text(subscriber: Subscriber) -> str:
    text = _("Đã ghi số này để nhận tin %(village)s. Ngừng nhận lúc nào cũng được: %(link)s")
    return rules.plain(text % {"village": subscriber.village.name, "link": own_address(subscriber)})


def withdrawal_text(release: Release) -> str:
    renditions = _renditions(release)
    headline = renditions[0].headline if renditions else release.title
    text = _("Đã gỡ tin: %(headline)s. Lý do: %(reason)s") % {
        "headline": headline.rstrip("."),
        "reason": " ".join(release.withdrawal_reason.split()),
    }
    return rules.shortened(rules.plain(text) if is_plain(release) else text)


def news_text(rendition: Rendition, *, plain: bool, is_correction: bool = False) -> str:
    text = text_of(rendition.headline, rendition.short_text)
    if is_correction:
        text = _("Đính chính: %(text)s") % {"text": text}
    return rules.shortened(rules.plain(text) if plain else text)


def text_of(headline: str, short_text: str) -> str:
    return short_text.strip() or headline.strip()


def is_plain(release: Release) -> bool:
    return PLAIN_CHANNEL in release.channels and "sms" not in release.channels


def _news(message: Message, release: Release, subscriber: Subscriber) -> tuple[str, str]:
    rendition = rendition_for(release, message.village.languages)
    if rendition is None:
        return "", ""
    plain = is_plain(release)
    text = news_text(rendition, plain=plain, is_correction=_had_it(message, release))
    line = _("Ngừng nhận: %(link)s") % {"link": own_address(subscriber)}
    return rules.with_line_if_free(text, rules.plain(line) if plain else line), rendition.language


def _had_it(message: Message, release: Release) -> bool:
    """Was this person told what the release corrects?"""
    if release.replaces_id is None:
        return False
    rows = Message.objects.filter(subscriber=message.subscriber_id, release=release.replaces_id)
    return rows.filter(state__in=TOLD).exists()


def rendition_for(release: Release, languages: list[str]) -> Rendition | None:
    """What a village is texted: its own language where there is a short text, else Vietnamese."""
    by_language = {one.language: one for one in _renditions(release)}
    for language in languages:
        one = by_language.get(language)
        if one is not None and text_of(one.headline, one.short_text):
            return one
    return by_language.get(MAIN_LANGUAGE) or next(iter(by_language.values()), None)


def _renditions(release: Release) -> list[Rendition]:
    rows = list(release.renditions.all())
    return sorted(rows, key=lambda one: (one.language != MAIN_LANGUAGE, one.language))


def own_address(subscriber: Subscriber) -> str:
    """Where a subscriber sees and ends what they get; short, because it is paid by the letter."""
    parts = urlsplit(settings.PUBLIC_URL)
    # Telephones make a link of a bare host name too; an address with a port needs its scheme.
    host = parts.netloc if parts.port is None else settings.PUBLIC_URL
    return f"{host}/theo-doi/sms/{subscriber.link_key}/"
