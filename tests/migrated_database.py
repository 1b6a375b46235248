"""A migrated, empty SQLite database, made once: running every migration takes half a minute."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "packages" / "tiengmo" / "src" / "tiengmo"
FOLDER = ROOT / "var" / "migrated"
MIGRATE = "import django; django.setup(); from django.core.management import call_command as c;"
MIGRATE += "c('migrate', interactive=False, verbosity=0)"


def migrated_database() -> Path:
    """Give the file, to be copied. Test workers that need it at once make it once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{fingerprint()}.sqlite3"
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in FOLDER.glob("*.sqlite3*"):
                old.unlink()
            _make(path)
    return path


def load_migrated(connection: sqlite3.Connection) -> None:
    """Put it into an open, empty database, such as one in memory."""
    with closing(sqlite3.connect(migrated_database())) as source:
        source.backup(connection)


def _make(path: Path) -> None:
    home = path.with_suffix(".home")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TIENGMO_", "DATABASE_URL", "DJANGO_"))
    } | {
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings_test",
        "TIENGMO_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home / 'database.sqlite3'}",
    }
    subprocess.run([sys.executable, "-c", MIGRATE], env=environment, check=True)
    with (
        closing(sqlite3.connect(home / "database.sqlite3")) as source,
        closing(sqlite3.connect(path.with_suffix(".part"))) as target,
    ):
        source.backup(target)
    path.with_suffix(".part").replace(path)
    shutil.rmtree(home)


def fingerprint() -> str:
    """What it is made by: our own program (roles' permissions follow the migrations) and the
    libraries by their locked versions."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        if "tests" not in path.parts:
            digest.update(path.read_bytes())
    digest.update((ROOT / "requirements" / "server.txt").read_bytes())
    digest.update(sys.version.encode())
    return digest.hexdigest()[:20]
