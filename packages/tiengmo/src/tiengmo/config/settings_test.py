"""Settings for the test suite: a home of its own, tasks run at once, weak but fast passwords."""

import atexit
import os
import shutil
import tempfile


def _remove(home: str, made_by: int) -> None:
    # A process that was forked off ends before the tests do.
    if os.getpid() == made_by:
        shutil.rmtree(home, ignore_errors=True)


if "TIENGMO_HOME" not in os.environ:
    os.environ["TIENGMO_HOME"] = tempfile.mkdtemp(prefix="tiengmo-test-")
    atexit.register(_remove, os.environ["TIENGMO_HOME"], os.getpid())

from .settings import *  # noqa: E402, F403 - they read what was set above

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
AXES_ENABLED = False
AUDIT_ANCHOR = None  # type: ignore[assignment]
AUDIT_MAY_BE_FLUSHED = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# WhiteNoise warns, and warnings are errors, when nothing was collected yet.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 (WhiteNoise warns of a missing one)
QUIET_HOURS = ""  # the suite must pass at any hour of the day
