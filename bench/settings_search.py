"""The system's settings with bulletins indexed by Wagtail beside ours, in the same database."""

from tiengmo.config.settings import *  # noqa: F403
from tiengmo.config.settings import INSTALLED_APPS

INSTALLED_APPS = ["bench.wagtail_search", *INSTALLED_APPS]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
