"""Backup and restore of a whole installation.

A backup is a folder `tiengmo-<instant>` with the database, the media and the sounds, and beside it
one file `tiengmo-<instant>.keys.age` with the keys, to be kept somewhere else. Everything is
encrypted in the age format (age-encryption.org), so the public `age` tool opens it too: the keys
with the passphrase, the rest with an identity of this backup that the keys file holds. Neither
alone opens anything. `manifest.json` is written last: a folder without it is no backup.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyrage

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 1
IDENTITY_NAME = ".backup-identity"
SHORTEST_PASSPHRASE = 12


class BackupError(Exception):
    """A backup or a restore cannot be done; the text says why and what to do, in Vietnamese."""


@dataclass(frozen=True)
class Installation:
    """What an installation owns, by where it lies."""

    home: Path
    keys: Path
    database_url: str

    @property
    def sqlite(self) -> Path | None:
        """The database file, or None when the database is PostgreSQL."""
        if self.database_url:
            return None
        return self.home / "tiengmo.sqlite3"

    @property
    def folders(self) -> dict[str, Path]:
        # The audit chain's witness goes first: it may know fewer rows than the database, no more.
        return {
            "audit": self.home / "audit",
            "media": self.home / "media",
            "sound": self.home / "sound",
        }


def back_up(installation: Installation, destination: Path, passphrase: str) -> Path:
    """Write a backup below `destination` while the system runs, and give its folder.

    Raises BackupError: a weak passphrase, no room, no pg_dump.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupError(f"Mật khẩu sao lưu phải dài ít nhất {SHORTEST_PASSPHRASE} ký tự.")
    name = f"tiengmo-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    folder, partial = destination / name, destination / f".{name}.partial"
    try:
        destination.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        identity = pyrage.x25519.Identity.generate()
        recipients = [identity.to_public()]
        parts = installation.folders
        _seal_folder(parts.pop("audit"), partial / "audit.age", recipients)
        # Then the database: a file it names is there already, one it does not know is harmless.
        with _database_copy(installation) as copy:
            _seal_file(copy, partial / "database.age", recipients)
        for part, source in parts.items():
            _seal_folder(source, partial / f"{part}.age", recipients)
        keys = destination / f"{name}.keys.age"
        keys.write_bytes(
            pyrage.passphrase.encrypt(_keys_tar(installation.keys, str(identity)), passphrase)
        )
        keys.chmod(0o600)
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": "sqlite" if installation.sqlite else "postgresql",
            "files": {path.name: _fingerprint(path) for path in sorted(partial.glob("*.age"))},
            "keys": {keys.name: _fingerprint(keys)},
        }
        (partial / "manifest.json").write_text(json.dumps(manifest, indent=2))
        _sync(partial)
        partial.rename(folder)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise BackupError(f"Không ghi được bản sao lưu vào {destination}: {error}.") from error
    return folder


def restore(installation: Installation, folder: Path, keys: Path, passphrase: str) -> None:
    """Put a backup back on an empty machine: all of it, or nothing.

    Raises BackupError: not a backup, damaged, a wrong passphrase, or something is there already.
    """
    manifest = _checked_manifest(folder, keys)
    _refuse_occupied(installation)
    try:
        keys_tar = pyrage.passphrase.decrypt(keys.read_bytes(), passphrase)
    except pyrage.DecryptError as error:
        raise BackupError("Mật khẩu sao lưu không đúng.") from error
    if (manifest["database"] == "sqlite") != bool(installation.sqlite):
        raise BackupError(
            f"Bản sao lưu là của {manifest['database']}; hãy đặt DATABASE_URL cho cùng loại."
        )
    installation.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=installation.home, prefix=".restore-") as temporary:
        stage = Path(temporary)
        (stage / "keys").mkdir(mode=0o700)
        with tarfile.open(fileobj=io.BytesIO(keys_tar)) as tar:
            tar.extractall(stage / "keys", filter="data")
        identity_file = stage / "keys" / IDENTITY_NAME
        identity = pyrage.x25519.Identity.from_str(identity_file.read_text())
        identity_file.unlink()
        for part in installation.folders:
            _open_folder(folder / f"{part}.age", stage / part, identity)
        _open_file(folder / "database.age", stage / "database", identity)
        _put_back(installation, stage)


def _put_back(installation: Installation, stage: Path) -> None:
    for part, place in installation.folders.items():
        _replace_empty(stage / part, place)
    installation.keys.parent.mkdir(parents=True, exist_ok=True)
    _replace_empty(stage / "keys", installation.keys)
    # The database last: until it is there, the machine is still empty and may be tried again.
    if installation.sqlite:
        (stage / "database").rename(installation.sqlite)
    else:
        _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname",
             installation.database_url, str(stage / "database"))  # fmt: skip


def _replace_empty(source: Path, place: Path) -> None:
    if place.exists():
        shutil.rmtree(place)
    source.rename(place)


def _refuse_occupied(installation: Installation) -> None:
    database = installation.sqlite
    is_occupied = (database is not None and database.exists()) or any(
        path.exists() and any(path.rglob("*")) for path in installation.folders.values()
    )
    if is_occupied:
        raise BackupError(
            f"{installation.home} đã có dữ liệu. Chỉ khôi phục vào máy trống:"
            " hãy chọn thư mục khác bằng TIENGMO_HOME."
        )


def _checked_manifest(folder: Path, keys: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        expected = manifest["files"]
        expected_keys = next(iter(manifest["keys"].values()))
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise BackupError(f"{folder} không phải bản sao lưu đầy đủ.") from error
    if manifest.get("format") != FORMAT:
        raise BackupError("Bản sao lưu do phiên bản khác tạo, không đọc được.")
    for name, fingerprint in expected.items():
        if not (folder / name).is_file() or _fingerprint(folder / name) != fingerprint:
            raise BackupError(f"Tệp {name} của bản sao lưu bị thiếu hoặc bị hỏng.")
    if not keys.is_file() or _fingerprint(keys) != expected_keys:
        raise BackupError(f"Tệp khoá {keys} bị thiếu, bị hỏng hoặc không thuộc bản sao lưu này.")
    return manifest


@contextmanager
def _database_copy(installation: Installation) -> Iterator[Path]:
    """Give a consistent copy of the database, taken while others write."""
    with tempfile.TemporaryDirectory(prefix="tiengmo-backup-") as temporary:
        copy = Path(temporary) / "database"
        if installation.sqlite:
            if not installation.sqlite.exists():
                raise BackupError(f"Không thấy cơ sở dữ liệu {installation.sqlite}.")
            with (
                closing(sqlite3.connect(installation.sqlite)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
        else:
            _run("pg_dump", "--format=custom", "--file", str(copy), installation.database_url)
        yield copy


def _run(program: str, *arguments: str) -> None:
    try:
        subprocess.run([program, *arguments], check=True, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError as error:
        raise BackupError(f"Máy này thiếu {program}: hãy cài gói postgresql-client.") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{program} báo lỗi: {error.stderr.strip()[:500]}") from error


def _seal_file(source: Path, target: Path, recipients: list[Any]) -> None:
    pyrage.encrypt_file(str(source), str(target), recipients)


def _seal_folder(source: Path, target: Path, recipients: list[Any]) -> None:
    with tempfile.TemporaryFile() as spool:
        with tarfile.open(fileobj=spool, mode="w") as tar:
            if source.exists():
                tar.add(source, arcname=".")
        spool.seek(0)
        with target.open("wb") as file:
            pyrage.encrypt_io(spool, file, recipients)


def _open_file(source: Path, target: Path, identity: Any) -> None:
    try:
        pyrage.decrypt_file(str(source), str(target), [identity])
    except pyrage.DecryptError as error:
        raise BackupError(f"Không giải mã được {source.name}.") from error


def _open_folder(source: Path, target: Path, identity: Any) -> None:
    target.mkdir()
    with tempfile.TemporaryFile() as spool:
        _decrypt_to(source, spool, identity)
        spool.seek(0)
        with tarfile.open(fileobj=spool) as tar:
            tar.extractall(target, filter="data")


def _decrypt_to(source: Path, spool: IO[bytes], identity: Any) -> None:
    try:
        with source.open("rb") as file:
            pyrage.decrypt_io(file, spool, [identity])
    except pyrage.DecryptError as error:
        raise BackupError(f"Không giải mã được {source.name}.") from error


def _keys_tar(keys: Path, identity: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        if keys.exists():
            tar.add(keys, arcname=".")
        content = identity.encode()
        entry = tarfile.TarInfo(IDENTITY_NAME)
        entry.size, entry.mode = len(content), 0o600
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "bytes": path.stat().st_size}


def _sync(folder: Path) -> None:
    for path in folder.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
