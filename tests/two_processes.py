"""A script run by several processes at the same moment, on either database."""

import os
import shutil
import subprocess
import sys
import time
import uuid

import pytest
from migrated_database import migrated_database


def start(script, environment, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    output, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return output.strip().splitlines()[-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request, tmp_path):
    found = {
        "TIENGMO_HOME": str(tmp_path / "home"),
        "TIENGMO_LOG": "ERROR",
        "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
    }
    if request.param == "sqlite":
        database = shutil.copyfile(migrated_database(), tmp_path / "tiengmo.sqlite3")
        yield found | {"DATABASE_URL": f"sqlite:///{database}"}
        return
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL")
    import psycopg

    name = f"at_once_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    base, _, _ = url.partition("?")
    yield found | {"DATABASE_URL": f"{base.rsplit('/', 1)[0]}/{name}"}
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def at_once(script, environment, tmp_path, what, *, processes=2):
    """Run `click` in so many processes; each touches ready-N and waits until "go" is there."""
    clicks = [
        start(script, environment, "click", str(tmp_path), what, str(number))
        for number in range(processes)
    ]
    deadline = time.monotonic() + 120
    while len(list(tmp_path.glob("ready-*"))) < processes and time.monotonic() < deadline:
        time.sleep(0.05)
    (tmp_path / "go").touch()
    return [finish(click) for click in clicks]
