"""Settings for the test suite: a home of its own, tasks run at once, weak but fast passwords."""

import os
import tempfile

os.environ.setdefault("TIENGMO_HOME", tempfile.mkdtemp(prefix="tiengmo-test-"))

from .settings import *  # noqa: F403

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
