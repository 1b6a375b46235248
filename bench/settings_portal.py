"""The system's settings with a plain Wagtail page beside the portal, on the same server."""

from tiengmo.config.settings import *  # noqa: F403
from tiengmo.config.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = ["bench.wagtail_page", *INSTALLED_APPS]
ROOT_URLCONF = "bench.urls_portal"
# What a plain Wagtail site has: nothing of ours but what every Wagtail project lists.
OURS = ("tiengmo.people", "tiengmo.config")
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith(OURS)]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
