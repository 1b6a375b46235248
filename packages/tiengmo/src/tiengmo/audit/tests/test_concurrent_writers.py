"""Several processes write to one chain at once, on SQLite and, where there is one, PostgreSQL."""

import os
import subprocess
import sys
import uuid

import pytest

SCRIPT = """
import os, random, sys
import dj_database_url, django
from django.conf import settings

database = dj_database_url.parse(os.environ["DATABASE_URL"])
if "sqlite" in database["ENGINE"]:
    database["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 60,
                           "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"}
settings.configure(DATABASES={"default": database}, INSTALLED_APPS=["tiengmo.audit"], USE_TZ=True,
                   AUDIT_ANCHOR=os.environ["ANCHOR"])
django.setup()
from django.core.management import call_command
from django.db import transaction
from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.audit.queries import verify

if sys.argv[1] == "prepare":
    call_command("migrate", verbosity=0)
elif sys.argv[1] == "verify":
    verdict = verify()
    print(verdict.rows, verdict.fault, verdict.reason, verdict.missing_guards, verdict.anchors)
else:
    for number in range(int(sys.argv[2])):
        try:
            with transaction.atomic():
                record("act", by=SYSTEM, subject=sys.argv[1], detail={"number": number})
                if number % 5 == 4:
                    raise ZeroDivisionError  # every fifth falls, and must leave no gap
        except ZeroDivisionError:
            pass
"""


def run(arguments, environment, **options):
    return subprocess.Popen(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", SCRIPT, *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def finish(process):
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return output.strip()


URL = os.environ.get("DATABASE_URL", "")
DATABASES = ["sqlite", "postgresql"] if URL.startswith("postgres") else ["sqlite"]


@pytest.fixture(params=DATABASES)
def environment(request, tmp_path):
    anchor = str(tmp_path / "anchor.log")
    if request.param == "sqlite":
        yield {"DATABASE_URL": f"sqlite:///{tmp_path / 'chain.sqlite3'}", "ANCHOR": anchor}
        return
    import psycopg

    name = f"chain_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    base, _, _ = URL.partition("?")
    yield {"DATABASE_URL": f"{base.rsplit('/', 1)[0]}/{name}", "ANCHOR": anchor}
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_processes_that_write_at_once_make_one_chain(environment):
    finish(run(["prepare"], environment))
    writers = [run([f"writer-{number}", "25"], environment) for number in range(4)]
    for writer in writers:
        finish(writer)
    assert finish(run(["verify"], environment)) == "80 None  () 80"
