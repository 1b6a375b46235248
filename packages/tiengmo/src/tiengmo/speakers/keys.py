"""The files that hold private keys, and who may sign what.

KEYS/root/root.jwk is the locality's root key. It belongs on a medium in a safe: it is needed to
issue and to revoke certificates and for nothing else, and everything else works while it is away.
KEYS/stations/{kid}.jwk are the keys in daily use. KEYS/root.public.jwk is what boxes pin.
KEYS/revocations.json is the last list of revoked keys that the root has signed.
"""

from __future__ import annotations

import json
import os
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from speaker_link.envelope import Signer
from speaker_link.keys import PrivateKey, PublicKey
from speaker_link.kinds import Priority

from .errors import NoStationKey, RootKeyMissing
from .models import KeyPurpose, StationKey

if TYPE_CHECKING:
    from pathlib import Path

    from tiengmo.places.models import Unit

SIGNATURES_OF_AN_EMERGENCY = 2


def root_folder() -> Path:
    return settings.KEYS / "root"


def _root_file() -> Path:
    return root_folder() / "root.jwk"


def _root_public_file() -> Path:
    return settings.KEYS / "root.public.jwk"


def _station_file(kid: str) -> Path:
    return settings.KEYS / "stations" / f"{kid}.jwk"


def has_root() -> bool:
    """Has this locality a root key, wherever its private half is kept?"""
    return _root_public_file().exists()


def has_root_private() -> bool:
    """Is the root key's medium here?"""
    return _root_file().exists()


def make_root() -> PublicKey:
    """Make the locality's root key, once; the public half of an existing one otherwise."""
    if has_root():
        return root_public()
    key = PrivateKey.generate()
    _write(_root_file(), key.to_jwk())
    _write(_root_public_file(), key.public.to_jwk(), mode=0o644)
    return key.public


def root_public() -> PublicKey:
    """The key that boxes pin.

    Raises:
        RootKeyMissing: no root key was ever made here.
    """
    try:
        return PublicKey.from_jwk(json.loads(_root_public_file().read_text()))
    except FileNotFoundError as error:
        raise RootKeyMissing(
            _("Chưa có khoá gốc của địa phương. Hãy chạy “tiengmo speakers keys init”.")
        ) from error


def root_private() -> PrivateKey:
    """The root's private key, while its medium is here.

    Raises:
        RootKeyMissing: it is away, as it should be between uses.
    """
    try:
        return PrivateKey.from_jwk(json.loads(_root_file().read_text()))
    except FileNotFoundError as error:
        raise RootKeyMissing(
            _(
                "Không thấy khoá gốc ở %(path)s. Khoá gốc được cất ngoại tuyến: hãy cắm thiết bị "
                "chứa khoá (hoặc chép lại thư mục đó), làm lại việc này rồi cất đi. Mọi việc "
                "khác vẫn chạy khi không có khoá gốc."
            )
            % {"path": _root_file()}
        ) from error


def _revocations_file() -> Path:
    return settings.KEYS / "revocations.json"


def keep_signed_revocations(text: str) -> None:
    """Keep the root's last list outside the database: nobody puts an older one in its place."""
    path = _revocations_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(f".{secrets.token_hex(8)}.part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def signed_revocations() -> str:
    """That list as it was kept here, or nothing; who reads it proves it."""
    try:
        return _revocations_file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def keep_private(key: PrivateKey) -> None:
    _write(_station_file(key.kid), key.to_jwk())


@lru_cache(maxsize=256)
def _read_private(path: str) -> PrivateKey:
    with open(path) as file:  # noqa: PTH123 - the path is the cache's key, as text
        return PrivateKey.from_jwk(json.loads(file.read()))


def signer(row: StationKey) -> Signer:
    """The key and certificate of one row.

    Raises:
        NoStationKey: its private half is not on this machine.
    """
    try:
        return Signer(_read_private(str(_station_file(row.kid))), row.certificate)
    except FileNotFoundError as error:
        raise NoStationKey(
            _("Thiếu tệp khoá %(kid)s của %(unit)s trên máy này.")
            % {"kid": row.kid, "unit": row.unit}
        ) from error


def station_signers(unit: Unit, priority: Priority = Priority.ROUTINE) -> list[Signer]:
    """Who signs for a station: one key, and for an emergency two of different holders.

    Raises:
        NoStationKey: the unit has no valid key for this priority, or one too few.
    """
    now = timezone.now()
    wanted = SIGNATURES_OF_AN_EMERGENCY if priority is Priority.EMERGENCY else 1
    rows = StationKey.objects.filter(
        unit=unit,
        purpose=KeyPurpose.STATION,
        revoked_at=None,
        not_before_at__lte=now,
        expires_at__gt=now,
    ).select_related("unit")
    by_holder: dict[str, StationKey] = {}
    for row in rows:  # newest first: after a merger it covers the most
        if Priority(row.highest_priority).rank >= priority.rank:
            by_holder.setdefault(row.holder, row)
    if len(by_holder) < wanted:
        raise NoStationKey(
            _(
                "%(unit)s chưa có đủ khoá ký còn hiệu lực cho mức ưu tiên này "
                "(cần %(wanted)d, có %(found)d). Hãy chạy “tiengmo speakers keys issue %(code)s”."
            )
            % {
                "unit": unit,
                "wanted": wanted,
                "found": len(by_holder),
                "code": unit.code,
            }
        )
    return [signer(row) for row in list(by_holder.values())[:wanted]]


def board_signer(unit: Unit) -> Signer:
    """Who signs what a station's boards show: its own key for that, or that of a unit above it.

    Raises:
        NoStationKey: none of them has one, or it has expired.
    """
    now = timezone.now()
    rows = {
        row.unit_id: row
        for row in StationKey.objects.filter(
            purpose=KeyPurpose.BOARD,
            revoked_at=None,
            not_before_at__lte=now,
            expires_at__gt=now,
        )
        .select_related("unit")
        .order_by("created_at")
    }
    above: Unit | None = unit
    while above is not None:
        if above.pk in rows:
            return signer(rows[above.pk])
        above = above.parent
    raise NoStationKey(
        _(
            "%(unit)s chưa có khoá ký cho bảng chữ. Hãy cắm thiết bị chứa khoá gốc và chạy "
            "“tiengmo speakers keys init”."
        )
        % {"unit": unit}
    )


def gateway_signer() -> Signer:
    """The gateway's own key: time, acknowledgements, assignments, enrolment; it schedules nothing.

    Raises:
        NoStationKey: there is none, or it has expired.
    """
    now = timezone.now()
    row = (
        StationKey.objects.filter(
            purpose=KeyPurpose.GATEWAY,
            revoked_at=None,
            not_before_at__lte=now,
            expires_at__gt=now,
        )
        .select_related("unit")
        .order_by("-created_at")
        .first()
    )
    if row is None:
        raise NoStationKey(_("Cổng loa chưa có khoá ký. Hãy chạy “tiengmo speakers keys init”."))
    return signer(row)


def _write(path: Path, jwk: dict[str, str], mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # O_EXCL: a key file is never overwritten.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        json.dump(jwk, file)
