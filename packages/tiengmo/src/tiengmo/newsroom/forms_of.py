"""The forms of a bulletin that channels check, preview and freeze; what it still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.rich_text import expand_db_html

from tiengmo.channels import registry
from tiengmo.channels.registry import Forms
from tiengmo.places.queries import unknown_areas
from tiengmo.releases.drafts import RenditionDraft, Topic
from tiengmo.voices.models import Sound

from . import languages, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

    from .models import Bulletin, Edition

LOUDSPEAKERS = "loudspeakers"


@dataclass(frozen=True)
class ChannelPreview:
    code: str
    label: str
    language: str
    language_name: str
    html: SafeString
    problems: list[str]


def picture_of(bulletin: Bulletin) -> dict[str, object]:
    """The picture as a page shows it: {url, width, height, alt}, or empty."""
    if bulletin.picture is None:
        return {}
    rendition = bulletin.picture.get_rendition("width-1200|jpegquality-80")
    return {
        "url": rendition.url,
        "width": rendition.width,
        "height": rendition.height,
        "alt": bulletin.picture_alt,
        "credit": credit_of(bulletin),
        "focus": focus_of(bulletin),
    }


def credit_of(bulletin: Bulletin) -> str:
    """What stands under the picture: whose it is, and when it is not ours, by what right."""
    if not bulletin.picture_credit:
        return ""
    line = _("Ảnh: %(whose)s") % {"whose": bulletin.picture_credit}
    if bulletin.picture_rights == "free":
        line += " " + _("(giấy phép tự do)")
    return line


def focus_of(bulletin: Bulletin) -> list[float]:
    """What must stay in a cropped picture: the middle of it, as parts of width and height."""
    picture = bulletin.picture
    if picture is None or not picture.has_focal_point():
        return [0.5, 0.5]
    return [
        round(picture.focal_point_x / picture.width, 3),
        round(picture.focal_point_y / picture.height, 3),
    ]


def sound_url(sound: Sound | None) -> str:
    """Where staff hear this sound, or nothing while it is not ready."""
    if sound is None or not sound.is_ready or sound.mp3_id is None:
        return ""
    return reverse("voices_staff:file", args=[sound.key, "mp3"])


def forms_of(version: Bulletin | Edition, bulletin: Bulletin) -> Forms:
    """One language version as channels see it while it is written or reviewed."""
    is_main = version.language == languages.MAIN
    sound = version.sound if version.sound_fits_script else None
    return Forms(
        language=version.language,
        headline=version.headline,
        short_text=version.short_text,
        summary=bulletin.summary if is_main else "",
        body_html=clean_html(bulletin.body) if is_main else "",
        script=version.script,
        sound_duration_ms=sound.duration_ms if sound else None,
        sound_url=sound_url(sound),
        picture=picture_of(bulletin),
    )


def clean_html(body: str) -> str:
    """Rich text as readers get it: Wagtail's links expanded, everything unknown taken out."""
    import nh3

    if not texts.plain(body):
        return ""
    return nh3.clean(
        expand_db_html(body),
        tags={"p", "br", "h3", "ul", "ol", "li", "a", "b", "strong", "i", "em", "blockquote"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
    )


def renditions_of(bulletin: Bulletin) -> list[RenditionDraft]:
    """Every language version, ready to be frozen by `releases.actions.make_release`."""
    drafts = []
    for version in bulletin.language_versions():
        forms = forms_of(version, bulletin)
        sound = version.sound if version.sound_fits_script else None
        drafts.append(
            RenditionDraft(
                language=forms.language,
                headline=forms.headline,
                short_text=forms.short_text,
                summary=forms.summary,
                body_html=forms.body_html,
                picture=forms.picture,
                script=forms.script,
                sound=sound if sound is not None and sound.is_ready else None,
            )
        )
    return drafts


def topic_of(bulletin: Bulletin) -> Topic | None:
    """What the release is filed under."""
    category = bulletin.category
    if category is None:
        return None
    return Topic(category.code, category.name, bulletin.closes_on)


def previews(bulletin: Bulletin, *, only: Sequence[str] | None = None) -> list[ChannelPreview]:
    """Each chosen channel's form of each language version."""
    codes = bulletin.channels if only is None else only
    shown = []
    for channel in registry.channels():
        if channel.code not in codes:
            continue
        for version in bulletin.language_versions():
            forms = forms_of(version, bulletin)
            is_main = version.language == languages.MAIN
            shown.append(
                ChannelPreview(
                    code=channel.code,
                    label=str(channel.label),
                    language=version.language,
                    language_name=languages.name_of(version.language),
                    html=channel.preview(forms),
                    problems=[p.message for p in channel.check(forms)] if is_main else [],
                )
            )
    return shown


def problems_of(bulletin: Bulletin, *, at_clearing: bool) -> list[str]:
    """Say, a line each, what keeps this version from review, or (`at_clearing`) from going out."""
    found = [problem.message for problem in bulletin.text_problems()]
    if not bulletin.audience:
        found.append(_("Chưa chọn nơi nhận tin."))
    elif unknown_areas(bulletin.audience):
        found.append(
            _("Nơi nhận có mã không còn dùng: %(codes)s. Hãy chọn lại.")
            % {"codes": ", ".join(sorted(unknown_areas(bulletin.audience)))}
        )
    known = {channel.code: channel for channel in registry.channels()}
    if not bulletin.channels:
        found.append(_("Chưa chọn kênh phát hành."))
    for code in bulletin.channels:
        channel = known.get(code)
        if channel is None:
            found.append(_("Kênh “%(code)s” không còn dùng được. Hãy bỏ chọn.") % {"code": code})
            continue
        found.extend(
            f"{channel.label}: {problem.message}"
            for problem in channel.check(forms_of(bulletin, bulletin))
        )
    if bulletin.window_end_at and bulletin.window_end_at <= timezone.now():
        found.append(_("Giờ “phát muộn nhất đến” đã qua. Hãy chọn giờ khác."))
    for edition in bulletin.editions.all():
        name = languages.name_of(edition.language)
        found.extend(f"{name}: {problem.message}" for problem in edition.text_problems())
    if LOUDSPEAKERS in bulletin.channels:
        for version in bulletin.language_versions():
            found.extend(_sound_problems(version, at_clearing=at_clearing))
    return list(dict.fromkeys(found))


def _sound_problems(version: Bulletin | Edition, *, at_clearing: bool) -> list[str]:
    name = languages.name_of(version.language)
    if not version.script and version.sound_id is None:
        if version.language == languages.MAIN:
            return []  # the channel's own check has said so
        return [_("%(language)s: chưa có lời đọc hoặc bản thu âm.") % {"language": name}]
    facts: dict[str, Any] = {"language": name}
    if version.sound is None:
        return [_("%(language)s: chưa có âm thanh cho loa.") % facts]
    if not version.sound_fits_script:
        return [
            _("%(language)s: lời đọc đã đổi sau khi có âm thanh. Hãy thu hoặc tạo lại.") % facts
        ]
    sound = version.sound
    if sound.status == Sound.Status.FAILED:
        return [
            _("%(language)s: không tạo được âm thanh. %(error)s") % {**facts, "error": sound.error}
        ]
    if at_clearing and not sound.is_ready:
        return [
            _("%(language)s: âm thanh đang được tạo (%(progress)s%%). Hãy chờ rồi duyệt lại.")
            % {**facts, "progress": sound.progress}
        ]
    return []
