from __future__ import annotations

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.channels.screens import rules
from tiengmo.channels.screens.cards import freeze
from tiengmo.channels.screens.errors import CodeRefused, TooManyTries, UnknownScreen
from tiengmo.channels.screens.models import EnrolmentCode, Screen, WrongCode
from tiengmo.channels.screens.placing import in_use, screens_in
from tiengmo.channels.screens.playlists import CHANNEL
from tiengmo.releases.models import Delivery, DeliveryStatus, Release

TOKEN = re.compile(r"[0-9a-f]{64}")
# Wrong codes before nobody is listened to for a while: from one place, and altogether.
EACH, ALL, WITHIN = 10, 300, timedelta(minutes=10)


def enrol_screen(code: str, token: str, *, who: str) -> Screen:
    """Let a device in with the code that somebody typed on it.

    token: 32 random bytes in hex, made on the device and kept there; only its digest is kept here.
    The same device asking again with the same code (its answer was lost) is let in again; nobody
    else is. who: a hash that tells senders apart for today.

    Raises CodeRefused: unknown, used or too old. TooManyTries: too many wrong ones came before.
    """
    if not TOKEN.fullmatch(token):
        raise CodeRefused(_("Máy này chưa gửi đủ thông tin. Hãy tải lại trang."))
    since = timezone.now() - WITHIN
    recent = WrongCode.objects.filter(at__gt=since)
    if recent.filter(who=who).count() >= EACH or recent.count() >= ALL:
        raise TooManyTries(_("Đã có quá nhiều lần nhập sai. Xin chờ mười phút rồi nhập lại."))
    screen = _let_in(rules.tidy(code)[:40], rules.digest(token))
    if screen is None:
        WrongCode.objects.create(who=who)
        raise CodeRefused(_("Mã không đúng, đã dùng hoặc đã quá hạn. Hãy xin mã mới."))
    return screen


def _let_in(code: str, token_hash: str) -> Screen | None:
    now = timezone.now()
    with transaction.atomic():
        row = (
            EnrolmentCode.objects.select_for_update()
            .filter(code_hash=rules.digest(code), expires_at__gt=now, screen__revoked_at=None)
            .first()
        )
        if row is None:
            return None
        screen = Screen.objects.select_for_update().get(pk=row.screen_id)
        if row.used_at is not None:
            is_same = row.token_hash == token_hash == screen.token_hash
            return screen if is_same else None
        if Screen.objects.filter(token_hash=token_hash).exclude(pk=screen.pk).exists():
            return None
        row.used_at, row.token_hash = now, token_hash
        row.save(update_fields=["used_at", "token_hash"])
        was_another = bool(screen.token_hash)
        screen.token_hash, screen.enrolled_at = token_hash, now
        # A new device holds nothing and has said nothing yet.
        screen.holds, screen.refused_plays, screen.waiting_plays = [], {}, 0
        screen.save()
        hand_over_what_runs(screen)
        record("screens.enrolled", by=SYSTEM, subject=screen, detail={"replaces": was_another})
    return screen


def hand_over_what_runs(screen: Screen) -> None:
    """A screen that comes later shows what is out already, and that is counted too."""
    running = Release.objects.filter(
        status=Release.Status.RELEASED, window_end_at__gt=timezone.now()
    )
    for release in running:
        if CHANNEL not in release.channels:
            continue
        if screens_in(release.audience).filter(pk=screen.pk).exists():
            freeze(release)  # perhaps this is the first screen it goes to
            Delivery.objects.get_or_create(
                release=release,
                channel=CHANNEL,
                target=str(screen.pk),
                defaults={
                    "target_name": screen.name,
                    "village": screen.village,
                    "status": DeliveryStatus.SENDING,
                    "was_online": True,
                },
            )


def screen_of(token: str) -> Screen:
    """The screen in use that carries this token. Raises UnknownScreen."""
    screen = None
    if TOKEN.fullmatch(token):
        found = in_use().select_related("unit", "village__unit")
        screen = found.filter(token_hash=rules.digest(token)).first()
    if screen is None:
        raise UnknownScreen(_("Màn hình này chưa đăng ký hoặc đã bị thu hồi."))
    return screen
