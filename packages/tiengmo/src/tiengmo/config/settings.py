"""Settings of one installation. Everything that differs between machines comes from TIENGMO_*.

TIENGMO_HOME holds what the installation owns: database, media and keys. DATABASE_URL moves the
database to PostgreSQL 15+; without it the database is SQLite in WAL mode.
"""

import os
import secrets
from pathlib import Path

import dj_database_url
import dj_email_url

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = Path(os.environ.get("TIENGMO_ROOT", PACKAGE.parents[3]))
HOME = Path(os.environ.get("TIENGMO_HOME", ROOT / "var"))
KEYS = Path(os.environ.get("TIENGMO_KEYS", HOME / "keys"))
KEYS.mkdir(parents=True, exist_ok=True, mode=0o700)


def _secret(name: str) -> str:
    """Read a secret of this installation, making it on first use."""
    path = KEYS / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        value = secrets.token_urlsafe(48)
        try:
            # O_EXCL: two processes that start at once must agree on one secret.
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(value)
        except FileExistsError:
            return path.read_text().strip()
        return value


SECRET_KEY = _secret("secret_key")
DEBUG = os.environ.get("TIENGMO_DEBUG") == "1"
IS_DEMO = os.environ.get("TIENGMO_DEMO") == "1"
ALLOWED_HOSTS = os.environ.get("TIENGMO_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
PUBLIC_URL = os.environ.get("TIENGMO_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# How many proxies of our own stand before the web processes and add to X-Forwarded-For.
PROXIES = int(os.environ.get("TIENGMO_PROXIES", "0"))

# Whom to tell of a hole in this installation's safety: mailto:…, tel:… or https://… (RFC 9116).
SECURITY_CONTACT = os.environ.get("TIENGMO_SECURITY_CONTACT", "")
SECURITY_TXT_DAYS = int(os.environ.get("TIENGMO_SECURITY_TXT_DAYS", "180"))
# Where our nginx listens (several: with commas), so that the worker can have it fetch a page anew
# when that changes: http://127.0.0.1:8080. Empty: no nginx of ours keeps copies.
NGINX_URLS = [url.rstrip("/") for url in os.environ.get("TIENGMO_NGINX", "").split(",") if url]

INSTALLED_APPS = [
    "tiengmo.portal",
    "tiengmo.portal.visitors",
    "tiengmo.reach",
    "tiengmo.alerts",
    "tiengmo.newsroom",
    "tiengmo.newsroom.monthly",
    "tiengmo.outreach",
    "tiengmo.outreach.press",
    "tiengmo.outreach.sessions",
    "tiengmo.outreach.runs",
    "tiengmo.outreach.promises",
    "tiengmo.one_stop",
    "tiengmo.official_documents",
    "tiengmo.channels",
    "tiengmo.channels.email_followers",
    "tiengmo.channels.messages",
    "tiengmo.channels.web_push",
    "tiengmo.channels.screens",
    "tiengmo.channels.press",
    "tiengmo.channels.printed",
    "tiengmo.channels.led_boards",
    "tiengmo.channels.social",
    "tiengmo.channels.partners",
    "tiengmo.studio",
    "tiengmo.broadcasting",
    "tiengmo.connectivity",
    "tiengmo.releases",
    "tiengmo.voices",
    "tiengmo.speakers",
    "tiengmo.directory",
    "tiengmo.upkeep",
    "tiengmo.people",
    "tiengmo.places",
    "tiengmo.search",
    "tiengmo.outbox",
    "tiengmo.audit",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "axes",
    "leaflet",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tiengmo.config.middleware.NoNulInAddress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Public pages need nothing of what follows: no session, no sign-in, no cookie.
    "tiengmo.portal.middleware.PublicPages",
    "tiengmo.config.middleware.StaffHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tiengmo.config.middleware.BodyLimit",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tiengmo.people.middleware.SignedInHere",
    "tiengmo.people.middleware.StaffLanguage",
    "tiengmo.people.middleware.SecondFactorMiddleware",
    "tiengmo.people.middleware.IdleSessions",
    "tiengmo.config.middleware.NoNulInFields",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tiengmo.config.urls"
WSGI_APPLICATION = "tiengmo.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Each channel's folder holds its own templates and is no Django app.
        "DIRS": sorted((PACKAGE / "channels").glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL", f"sqlite:///{HOME / 'tiengmo.sqlite3'}"),
        conn_max_age=60,
        # A file does not go away between two requests; a database server may.
        conn_health_checks="DATABASE_URL" in os.environ,
    ),
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A writer that starts as a reader would fail at once with "database is locked" when
        # another process writes meanwhile; IMMEDIATE makes it wait its turn instead.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456;"
        ),
    }

# The audit chain's witness outside the database: audit.anchors.
AUDIT_ANCHOR = HOME / "audit" / "anchor.log"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_CLIENT_IP_CALLABLE = "tiengmo.people.address.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "tiengmo.people.views.sign_in.locked_out"
OTP_TOTP_ISSUER = "Tiếng Mõ"

# Letters to followers: submission://name:password@mail.example.vn:587 (dj-email-url's forms). The
# demo writes them as files; elsewhere, without an address, the portal offers feeds only.
FOLLOWERS_KEY = _secret("followers_key")
EMAIL_URL = os.environ.get("TIENGMO_EMAIL_URL", f"file:///{HOME}/mail" if IS_DEMO else "")
vars().update(dj_email_url.parse(EMAIL_URL or "dummy:"))
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = os.environ.get("TIENGMO_EMAIL_FROM", "tiengmo@localhost")

# Notices in browsers: our own key, and the only push services that are ever asked. Hosts, with a
# leading dot for all below one, or a whole origin.
PUSH_KEY = _secret("web_push_key")
PUSH_SERVICES = os.environ.get(
    "TIENGMO_PUSH_SERVICES",
    "fcm.googleapis.com,.push.services.mozilla.com,.push.apple.com,.notify.windows.com",
).split(",")

# May a partner's system lie on this machine or in a private network? For tests and trials.
PARTNERS_HERE = os.environ.get("TIENGMO_PARTNERS_HERE", "") == "1"

LANGUAGE_CODE = "vi"
# Not what the browser asks for (half the offices' browsers ask for English): everybody begins in
# Vietnamese and may choose English in their account.
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = HOME / "media"
SOUND_ROOT = HOME / "sound"  # content-addressed sound files: foundation.blobs
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
# The tree of areas sends a field a village, and a province has some thousands of them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# The gateway's own address, as a loudspeaker box sees it, and the broker's.
GATEWAY_HOST = os.environ.get("TIENGMO_GATEWAY_HOST", "127.0.0.1")
GATEWAY_PORT = int(os.environ.get("TIENGMO_GATEWAY_PORT", "8001"))
GATEWAY_URL = os.environ.get("TIENGMO_GATEWAY_URL", f"http://{GATEWAY_HOST}:{GATEWAY_PORT}")
# The playout process: where browsers' microphones come in, and encoders such as butt. Behind a
# proxy STUDIO_URL says how browsers reach it (wss://…); empty, they ask the host of their page.
STUDIO_HOST = os.environ.get("TIENGMO_STUDIO_HOST", "127.0.0.1")
STUDIO_PORT = int(os.environ.get("TIENGMO_STUDIO_PORT", "8002"))
STUDIO_SOURCE_PORT = int(os.environ.get("TIENGMO_STUDIO_SOURCE_PORT", "8003"))
# May an operator name a source on this machine, such as an Icecast of the station's own?
STUDIO_SOURCES_HERE = os.environ.get("TIENGMO_STUDIO_SOURCES_HERE", "") == "1"
STUDIO_URL = os.environ.get("TIENGMO_STUDIO_URL", "").rstrip("/")
STUDIO_ROOT = HOME / "studio"  # what was said live, until it is kept as a sound
# From a word's arrival here to its sound in the village, and how much of it a segment holds.
STUDIO_DELAY_MS = int(os.environ.get("TIENGMO_STUDIO_DELAY_MS", "2000"))
STUDIO_SEGMENT_MS = int(os.environ.get("TIENGMO_STUDIO_SEGMENT_MS", "1000"))
# The listening process: citizens hear a place's loudspeakers, at /nghe/<code>/truc-tiep.mp3 through
# nginx. Without a proxy browsers ask this port on the host of their page, or LISTENING_URL.
LISTENING_HOST = os.environ.get("TIENGMO_LISTENING_HOST", "127.0.0.1")
LISTENING_PORT = int(os.environ.get("TIENGMO_LISTENING_PORT", "8004"))
LISTENING_URL = os.environ.get("TIENGMO_LISTENING_URL", "").rstrip("/")
# More at once are asked to come again: 64 kbit/s each.
LISTENING_MOST = int(os.environ.get("TIENGMO_LISTENING_MOST", "400"))
BROKER_KIND = os.environ.get("TIENGMO_BROKER", "auto")  # auto | mosquitto | embedded | external
BROKER_HOST = os.environ.get("TIENGMO_BROKER_HOST", "127.0.0.1")
BROKER_PORT = int(os.environ.get("TIENGMO_BROKER_PORT", "18830"))
# What boxes are told to connect to, when it is not what the broker listens on (0.0.0.0, say).
BROKER_PUBLIC_HOST = os.environ.get("TIENGMO_BROKER_PUBLIC_HOST", "")
BROKER_TLS_CA = os.environ.get("TIENGMO_BROKER_TLS_CA", "")
# The nodes of a cluster that somebody else runs, "host:port,host:port": docs/scaling.md.
BROKERS = os.environ.get("TIENGMO_BROKERS", "")
# RabbitMQ's management, with an administrator: "https://name:password@host:15671". Boxes are let in
# through it, and the gateway repeats what RabbitMQ does not retain on every node.
RABBITMQ_API = os.environ.get("TIENGMO_RABBITMQ_API", "")
# In how many parts the communes are divided among gateways, the same number in each of them.
GATEWAY_SHARES = int(os.environ.get("TIENGMO_GATEWAY_SHARES", "1"))

# Local hours in which new boxes keep quiet for all but emergencies; each box may have its own.
QUIET_HOURS = os.environ.get("TIENGMO_QUIET_HOURS", "" if IS_DEMO else "22:00-05:00")

# Seconds between releasing an item for immediate play and its start instant: time for every box
# to fetch and verify its sound, so that all of them start together.
PLAYOUT_LEAD_SECONDS = float(os.environ.get("TIENGMO_PLAYOUT_LEAD_SECONDS", "8"))

# A Piper voice model (NAME.onnx with NAME.onnx.json beside it), and the voice that is preferred
# where several speak a language (`tiengmo voices list`): espeak/vi-vn-x-south.
PIPER_MODEL = os.environ.get("TIENGMO_PIPER_MODEL", "")
DEFAULT_VOICE = os.environ.get("TIENGMO_VOICE", "")

# Characters that a person may have spoken in an hour (some three hours of speech), and a unit in
# a day. Words spoken before, and alerts, are not counted.
SPEECH_PERSON_HOUR = int(os.environ.get("TIENGMO_SPEECH_PERSON_HOUR", "120000"))
SPEECH_UNIT_DAY = int(os.environ.get("TIENGMO_SPEECH_UNIT_DAY", "1000000"))

# Files are served from the address where staff sign in: nothing that a browser would run.
WAGTAILDOCS_EXTENSIONS = [
    "csv", "doc", "docx", "odp", "ods", "odt", "pdf", "ppt", "pptx", "txt", "xls", "xlsx",
]  # fmt: skip
WAGTAILDOCS_DOCUMENT_FORM_BASE = "tiengmo.people.upload_forms.DocumentForm"
# The upload form makes a drawing into a picture; none is kept or served as it came.
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp", "svg"]
WAGTAILIMAGES_IMAGE_FORM_BASE = "tiengmo.people.upload_forms.ImageForm"
# Large for a phone's picture; a small server holds this many in memory (240 MB), not twice as many.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 60_000_000

WAGTAILADMIN_RICH_TEXT_EDITORS = {
    "default": {"WIDGET": "tiengmo.newsroom.staff.rich_text.CheckedDraftail"},
}
WAGTAIL_SITE_NAME = "Tiếng Mõ"
# Every night the links of public texts are looked at; those that lead outside, only when asked for.
LINKS_OUTSIDE = os.environ.get("TIENGMO_LINKS_OUTSIDE") == "1"
WAGTAILADMIN_BASE_URL = PUBLIC_URL
WAGTAIL_I18N_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
# One country, one time zone: a list of the world's would only invite mistakes.
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = False
# The default asks for a publish permission, which nobody has: clearing is the only way out.
WAGTAIL_FINISH_WORKFLOW_ACTION = "tiengmo.newsroom.workflow.finish"
# Autosave overwrites the latest version in place; a version under review must not change.
WAGTAIL_AUTOSAVE_INTERVAL = 0
LEAFLET_CONFIG = {"TILES": [], "RESET_VIEW": False, "MINIMAP": False, "NO_GLOBALS": False}

# Twelve hours without a click, at work or not, and one signs in again: people.middleware.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tiengmo.portal.refusals.not_from_our_form"
IS_TLS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_TLS
# Who was here once over TLS is never led to plain HTTP again. Our own proxy ends the TLS and says
# so; without one of ours before us, nobody may say it.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # It writes down every address that is asked: a browser's is known to it and its maker alone.
    "loggers": {"httpx": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": os.environ.get("TIENGMO_LOG", "INFO")},
}
