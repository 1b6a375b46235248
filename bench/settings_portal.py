"""The system's settings with a plain Wagtail page beside the portal, on the same server."""

from tiengmo.config.settings import *  # noqa: F403
from tiengmo.config.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = ["bench.wagtail_page", *INSTALLED_APPS]
ROOT_URLCONF = "bench.urls_portal"
# What a plain Wagtail site has: nothing of ours but what every Wagtail project lists.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("tiengmo.people")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
