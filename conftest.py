"""Shared by every test of the workspace."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from tiengmo.foundation.catalogues import compile_all

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "tests"))
compile_all()  # before Django reads the first translation

# How long an example takes says how busy the machine is, and nothing of what is tested.
_AT_ANY_PACE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("here", **_AT_ANY_PACE)
# In CI the same examples every time: a change is judged by its own faults, not by luck.
hypothesis_settings.register_profile("ci", derandomize=True, print_blob=True, **_AT_ANY_PACE)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")

_skipped: dict[str, str] = {}

# Where programs, boxes and a browser work by the clock of a busy machine (decision 0034).
RUN_AGAIN = ROOT / "tests" / "integration"


# Whole systems, longest first: a worker that comes to one of them last would keep all others
# waiting for it. Two run at once and no more: on two cores a third makes them miss their hours.
LONGEST = ("journeys", "demos")
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "environment"}


def pytest_addoption(parser):
    parser.addoption(
        "--only-database",
        action="store_true",
        help="Leave out what touches no database: on another one it would do the same again.",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Second tries where they are allowed, and the order in which workers take tests up."""
    if config.getoption("only_database"):
        chosen = [item for item in items if _touches_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
        items[:] = chosen
    for item in items:
        if _may_run_again(item):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=_turn)


def _touches_database(item) -> bool:
    from django.test import TransactionTestCase

    of_django = item.cls is not None and issubclass(item.cls, TransactionTestCase)
    is_marked = item.get_closest_marker("django_db") is not None
    return of_django or is_marked or not DATABASE_FIXTURES.isdisjoint(item.fixturenames)


def _may_run_again(item) -> bool:
    """A journey or an integration test; a unit test never."""
    return item.path.is_relative_to(RUN_AGAIN) or item.get_closest_marker("journey") is not None


def _turn(item) -> tuple[int, str]:
    """Groups that share a running system, by folder; then other processes; then the rest.

    Within each, the order stays as pytest-randomly shuffled it.
    """
    group = item.get_closest_marker("xdist_group")
    if group is not None and group.args[0] in LONGEST:
        return LONGEST.index(group.args[0]), str(item.path.parent)
    return len(LONGEST) + (not _may_run_again(item)), ""


@pytest.fixture(scope="session")
def _migrated_already(request):
    """SQLite's test database is filled from one that was migrated once for all workers."""
    from django.core.management.commands.migrate import Command
    from django.db import connections
    from migrated_database import load_migrated

    migrate = Command.handle

    def load_or_migrate(self, *arguments, **options):
        connection = connections[options["database"]]
        if connection.vendor != "sqlite":
            return migrate(self, *arguments, **options)
        connection.ensure_connection()
        return load_migrated(connection.connection)

    if request.config.getvalue("nomigrations"):
        yield
        return
    Command.handle = load_or_migrate
    yield
    Command.handle = migrate


@pytest.fixture(scope="session")
def django_db_setup(_migrated_already, django_db_setup):
    """As pytest-django's, from a database that is migrated already."""


# Lists that migrations ship. A test with transactions of its own empties every table at its end.
SHIPPED = {
    "newsroom": ("newsroom.migrations.0003_starting_categories", "add"),
    "official_documents": ("official_documents.migrations.0002_shipped_lists", "ship"),
    "one_stop": ("one_stop.migrations.0002_shipped_lists", "ship"),
    "outreach": ("outreach.migrations.0002_shipped_topics", "ship"),
}


@pytest.fixture(scope="session", autouse=True)
def _shipped_lists_come_back():
    """Fill them again after each flush, which says `post_migrate` as a migration does."""
    from django.apps import apps
    from django.db.models.signals import post_migrate

    def fill(sender, **_rest):
        if sender.label in SHIPPED:
            module, function = SHIPPED[sender.label]
            getattr(import_module(f"tiengmo.{module}"), function)(apps, None)

    post_migrate.connect(fill)
    yield
    post_migrate.disconnect(fill)


@pytest.fixture(autouse=True)
def _own_sound_store(settings, tmp_path):
    """Sound files of a test stay in that test's own folder."""
    settings.SOUND_ROOT = tmp_path / "sound"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if getattr(item, "execution_count", 1) > 1 and "running_system" in sys.modules:
        sys.modules["running_system"].start_what_died()


def pytest_runtest_logreport(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped[report.nodeid] = reason.removeprefix("Skipped: ")


def pytest_sessionfinish(session, exitstatus):
    """In CI a skipped test is a failure, unless its reason stands on the reviewed list."""
    if os.environ.get("CI") and exitstatus == 0 and _unreviewed():
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter):
    if os.environ.get("CI"):
        for test, reason in _unreviewed().items():
            terminalreporter.write_line(f"skipped without review: {test}: {reason}", red=True)


def _unreviewed() -> dict[str, str]:
    reviewed = {
        line.strip()
        for line in (ROOT / "tests" / "reviewed_skips.txt").read_text().splitlines()
        if line.strip() and not line.startswith("#")
    }
    return {test: reason for test, reason in _skipped.items() if reason not in reviewed}
