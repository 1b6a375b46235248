"""A demo's home as it is before its first process serves, made once a day and copied.

Districts, accounts, records, keys and 300 enrolled boxes take most of a minute of a processor,
and half a dozen tests of running systems need the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from migrated_database import PACKAGE, ROOT, fingerprint, migrated_database

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "var" / "prepared"
PREPARE = """
import sys
from pathlib import Path
from tiengmo.config.commands.demo import _prepare
_prepare(Path(sys.argv[1]), lambda _text: None)
"""


def copy_prepared_home(home: Path) -> None:
    """Fill the folder. Test workers that need one at once make it once."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        prepared = FOLDER / _fingerprint()
        if not prepared.exists():
            for old in FOLDER.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            _make(prepared)
        # It is read by nobody else meanwhile: a database is more than one file.
        shutil.copytree(prepared, home, dirs_exist_ok=True)


def _make(prepared: Path) -> None:
    part = prepared.with_suffix(".part")
    part.mkdir()
    shutil.copyfile(migrated_database(), part / "tiengmo.sqlite3")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TIENGMO_", "DATABASE_URL", "DJANGO_"))
    } | {
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
        "TIENGMO_HOME": str(part),
        "TIENGMO_ROOT": str(ROOT),
        "TIENGMO_DEMO": "1",
        "TIENGMO_DEMO_BOXES": "0",
        "TIENGMO_LOG": "WARNING",
    }
    subprocess.run([sys.executable, "-c", PREPARE, str(part)], env=environment, check=True)
    # The demo that gets a copy says with its own addresses where sound is fetched from.
    (part / "gateway-url").unlink()
    part.replace(prepared)


def _fingerprint() -> str:
    """The program, the demo's texts and tables, and the day: its events are so many days ahead."""
    digest = hashlib.sha256(fingerprint().encode())
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix not in {".py", ".pyc", ".mo"}:
            digest.update(path.read_bytes())
    digest.update(str(datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()).encode())
    return digest.hexdigest()[:20]
