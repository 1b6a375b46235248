"""What changed between two versions, field by field, for the one who must clear it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.admin.compare import diff_text

from tiengmo.channels import registry
from tiengmo.places.queries import areas_label

from . import languages, texts

if TYPE_CHECKING:
    import datetime as dt

    from .models import Bulletin, Edition


@dataclass(frozen=True)
class Difference:
    label: str
    html: SafeString


def differences(before: Bulletin, after: Bulletin) -> list[Difference]:
    """Every field that differs, with what went struck out and what came marked."""
    old, new = _readable(before), _readable(after)
    found = []
    for label in list(dict.fromkeys([*old, *new])):
        was, now = old.get(label, ""), new.get(label, "")
        if was != now:
            found.append(Difference(label, _marked(was, now)))
    return found


def _marked(was: str, now: str) -> SafeString:
    if was and now:
        html = str(diff_text(was, now).to_html())  # Wagtail escapes the text it compares
    else:
        # `was` or `now` alone: nothing to compare word by word.
        tag, css, text = ("del", "deletion", was) if was else ("ins", "addition", now)
        html = f'<{tag} class="{css}">{escape(text)}</{tag}>'
    return mark_safe(html.replace("\n", "<br>"))  # noqa: S308


def _readable(bulletin: Bulletin) -> dict[str, str]:
    labels = {channel.code: str(channel.label) for channel in registry.channels()}
    shown = {
        _("Tiêu đề"): bulletin.headline,
        _("Tóm tắt"): bulletin.summary,
        _("Bài viết"): texts.plain(bulletin.body),
        _("Tin ngắn"): bulletin.short_text,
        _("Ảnh"): bulletin.picture_alt if bulletin.picture_id else "",
        _("Nguồn ảnh"): bulletin.picture_credit if bulletin.picture_id else "",
        _("Quyền dùng ảnh"): str(bulletin.get_picture_rights_display()),
        _("Chuyên mục"): str(bulletin.category or ""),
        _("Hạn chót"): date_format(bulletin.closes_on, "d/m/Y") if bulletin.closes_on else "",
        _("Lời đọc"): bulletin.script,
        _("Âm thanh"): _sound(bulletin),
        _("Gửi tới"): areas_label(bulletin.audience) if bulletin.audience else "",
        _("Kênh"): ", ".join(labels.get(code, code) for code in bulletin.channels),
        _("Mức độ"): str(bulletin.get_priority_display()),
        _("Phát hành lúc"): _instant(bulletin.release_at),
        _("Phát muộn nhất đến"): _instant(bulletin.window_end_at),
    }
    for edition in bulletin.editions.all():
        name = languages.name_of(edition.language)
        shown[_("%(language)s: tiêu đề") % {"language": name}] = edition.headline
        shown[_("%(language)s: lời đọc") % {"language": name}] = edition.script
        shown[_("%(language)s: tin ngắn") % {"language": name}] = edition.short_text
        shown[_("%(language)s: âm thanh") % {"language": name}] = _sound(edition)
    return shown


def _sound(version: Bulletin | Edition) -> str:
    sound = version.sound
    if sound is None:
        return ""
    return f"{sound.get_origin_display()} {sound.key[:8]}"


def _instant(at: dt.datetime | None) -> str:
    return date_format(timezone.localtime(at), "H:i d/m/Y") if at else ""
