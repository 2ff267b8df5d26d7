"""Every setting of the site. What differs from one installation to another comes from the environment or `.env`."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

# Hosts, https, and what pages say about this site --------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="insecure-development-key" if DEBUG else env.NOTSET)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else env.NOTSET)
HTTPS = env.bool("HTTPS", default=not DEBUG)
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)  # with a proxy that overwrites the headers we trust then
SECURITY_CONTACT = env.list("SECURITY_CONTACT", default=[])  # for /.well-known/security.txt
EMERGENCY_NUMBER = env.str("EMERGENCY_NUMBER", default="")
CRISIS_LINE = env.str("CRISIS_LINE", default="")  # name and number, as in "Samaritans: 116 123"
CONTACT_NAME = env.str("CONTACT_NAME", default="")  # the people who run this site
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
CONTACT_URL = env.str("CONTACT_URL", default="")  # of a page or a form

if not SECRET_KEY:
    raise environ.ImproperlyConfigured("SECRET_KEY is empty: put a long random text into .env.")
if CONTACT_URL and not CONTACT_URL.startswith(("https://", "http://")):
    raise environ.ImproperlyConfigured("CONTACT_URL has to begin with https://.")

# Apps, middleware, templates -----------------------------------------------------------

INSTALLED_APPS = [
    "workshop.apps.AdminConfig",  # django.contrib.admin with our start page and sign-in
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",  # `make dev` serves static files as production does
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "django_prose_editor",
    "allauth",
    "allauth.account",
    "staff.apps.SecondFactorsConfig",  # allauth.mfa
    "texts",
    "stages",
    "exercises",
    "uploads",
    "clips",
    "faq",
    "pages",
    "upkeep",
    "staff",
    "programme",
]

MIDDLEWARE = [
    "cdtrainer.sqlite.patience.PatienceMiddleware",
    "cdtrainer.middleware.PolicyHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "cdtrainer.middleware.RefuseNulMiddleware",
    "cdtrainer.middleware.PlainWordsMiddleware",
    "exercises.middleware.SidesMiddleware",
    "cdtrainer.middleware.RefusedBodyMiddleware",  # after the sides, which its page shows
    "cdtrainer.page_cache.PageCacheMiddleware",  # stores what GZipMiddleware below has already compressed
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cdtrainer.middleware.ExpectedFilesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "staff.middleware.RequireSecondFactorMiddleware",
]

ROOT_URLCONF = "cdtrainer.urls"
WSGI_APPLICATION = "cdtrainer.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Data --------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "cdtrainer.sqlite"  # waits for locks without holding up a whole process
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # wait for the lock at the start instead of failing in the middle
        "init_command": "PRAGMA synchronous=NORMAL",
    }
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # as test runners do by themselves for Django's own backend
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Failed sign-ins are counted in the default cache, which all processes have to share; pages are quicker in memory.
CACHES = {
    "default": env.cache("CACHE_URL", default="dbcache://shared_cache"),
    "pages": env.cache("CACHE_URL", default="locmemcache://pages"),
}
for _cache, _max_entries in [("default", 100_000), ("pages", 1000)]:
    if CACHES[_cache]["BACKEND"].endswith(("DatabaseCache", "LocMemCache")):
        CACHES[_cache]["OPTIONS"] = {"MAX_ENTRIES": _max_entries}

# What visitors may fetch lives in media/; originals and everything else private in var/.
MEDIA_ROOT = env.path("MEDIA_ROOT", default=BASE_DIR / "media")()
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=BASE_DIR / "var" / "static")()
STATICFILES_DIRS = [BASE_DIR / "static"]
ORIGINALS_ROOT = env.path("ORIGINALS_ROOT", default=BASE_DIR / "var" / "originals")()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "originals": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ORIGINALS_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "cdtrainer.storage.BundledStaticFilesStorage",
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
# On the disk of the originals, so that a film uploaded by a form is moved and not copied.
FILE_UPLOAD_TEMP_DIR = env.str("FILE_UPLOAD_TEMP_DIR", default=str(BASE_DIR / "var"))

# Films -------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "fast"]}}
FFMPEG_BINARY = env.str("FFMPEG_BINARY", default="")  # empty: the one imageio-ffmpeg brings
CLIP_MAX_BYTES = env.int("CLIP_MAX_BYTES", default=2 * 1024**3)
CLIP_MAX_SECONDS = env.int("CLIP_MAX_SECONDS", default=300)
# "X-Accel-Redirect" prefix of an nginx `internal` location over MEDIA_ROOT; empty: this server sends films itself.
MEDIA_ACCEL_PREFIX = env.str("MEDIA_ACCEL_PREFIX", default="")

# How long the operator keeps backups, in days; 0: the site does not know, and says so to who deletes for good.
BACKUPS_KEPT_DAYS = env.int("BACKUPS_KEPT_DAYS", default=0)

# Uploads in progress, in var/ too: several web hosts share this folder (docs/decisions.md).
UPLOADS_ROOT = env.path("UPLOADS_ROOT", default=BASE_DIR / "var" / "uploads")()
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=CLIP_MAX_BYTES)  # of one file
UPLOAD_QUOTA_BYTES = env.int("UPLOAD_QUOTA_BYTES", default=20 * 1024**3)  # of one person's unfinished uploads
UPLOAD_FREE_BYTES = env.int("UPLOAD_FREE_BYTES", default=1024**3)  # always left free on that disk

# Language ----------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

# Staff -------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", default="")  # empty: the site sends no mail
if EMAIL_URL:
    _mail = env.email_url_config(EMAIL_URL)
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_FILE_PATH = _mail["EMAIL_FILE_PATH"]  # of the backend that writes letters to files
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="webmaster@localhost")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=False)
SESSION_ENGINE = "staff.sessions"  # a row for each of the staff, none for strangers
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one working day
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # seconds a one-time link lives

ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0  # whose X-Forwarded-For tells one address from another
ACCOUNT_ADAPTER = "staff.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can make us write to strangers
ACCOUNT_EMAIL_NOTIFICATIONS = bool(EMAIL_URL)
ACCOUNT_EMAIL_SUBJECT_PREFIX = "CD Trainer: "
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, not longer
ACCOUNT_RATE_LIMITS = {  # tries / time / counted by: ip (its network, for IPv6) or key (the account)
    "login": "30/m/ip",
    "login_failed": "10/5m/ip,5/5m/key,20/h/key",
    "reset_password": "10/h/ip,3/h/key",
}
ACCOUNT_FORMS = {
    "login": "staff.forms.SignInForm",
    "reauthenticate": "staff.forms.ConfirmPasswordForm",
    "change_password": "staff.forms.ChangePasswordForm",
    "set_password": "staff.forms.SetPasswordForm",
    "reset_password": "staff.forms.ForgottenPasswordForm",
    "reset_password_from_key": "staff.forms.NewPasswordForm",
}
MFA_ADAPTER = "staff.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an operator writes the addresses down; nobody can sign up with a stranger's
MFA_TOTP_ISSUER = "CD Trainer"
MFA_FORMS = {
    "authenticate": "staff.forms.CodeForm",
    "reauthenticate": "staff.forms.ConfirmCodeForm",
    "activate_totp": "staff.forms.SetUpAppForm",
    "add_webauthn": "staff.forms.AddPasskeyForm",
    "edit_webauthn": "staff.forms.RenamePasskeyForm",
}

# Security ----------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        # The hash lets through the one stylesheet that the admin's text editor (TipTap) injects.
        "style-src": [SELF, NONCE, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
        "img-src": [SELF],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "cdtrainer.errors.csrf_failure"

if HTTPS:
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [
        r"^healthz$",
        r"^readyz$",
    ]  # asked by a probe beside the server, over plain http
    # What browsers have been told cannot be taken back before its time: more than an hour is for the operator to say,
    # and so are names beside this one, which may belong to others.
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
    SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # both ask for more of HSTS, whoever owns the names
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs --------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "cdtrainer.logs.LineFormatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},  # Django's own handlers would say everything twice
        "django.request": {"level": "ERROR"},
    },
}
