"""Django's settings, every one of them from the environment (`configuration.py`) or a constant."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from kept.site import configuration as c

SOURCE = Path(__file__).resolve().parent.parent
KEPT_DATA = c.data_folder()

DEBUG = c.flag("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY") or c.kept_secret(KEPT_DATA / "secret-key")
KEPT_BASE_URL = (os.environ.get("KEPT_BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
TRUST_FORWARDED = c.flag("KEPT_TRUST_FORWARDED")
ALLOWED_HOSTS = [
    host
    for host in {urlsplit(KEPT_BASE_URL).hostname or "", "127.0.0.1", "localhost", "[::1]"}
    | set(filter(None, os.environ.get("KEPT_HOSTS", "").split(",")))
    if host
]
CSRF_TRUSTED_ORIGINS = [KEPT_BASE_URL]
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

DATABASES = {"default": c.database(os.environ.get("DATABASE_URL", ""), KEPT_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

INSTALLED_APPS = [
    "kept.base",
    "kept.log",
    "kept.people",
    "kept.pledges",
    "kept.progress",
    "kept.registry",
    "kept.meetings",
    "kept.registration",
    "kept.api",
    "kept.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kept.site.compression.CompressForReaders",
    "kept.site.middleware.SafeHeaders",
    "kept.api.limits.Limits",
    "kept.registry.page_cache.KeepPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kept.site.middleware.LanguageOfThePath",
    "kept.site.middleware.NoNul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kept.people.signin.SecondFactorOwed",
]

ROOT_URLCONF = "kept.site.urls"
WSGI_APPLICATION = "kept.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "base" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kept.base.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "kept.base.templatetags.kept"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Languages: English at the root, the others by a prefix (kept.site.middleware).
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("es", "Español"),
    ("ar", "العربية"),
    ("ru", "Русский"),
    ("zh-hans", "简体中文"),
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LOCALE_PATHS: list[Path] = []

STATIC_URL = "/static/"
STATIC_ROOT = KEPT_DATA / "static"
STORAGES = {
    "default": c.storage(os.environ.get("STORAGE_URL", ""), KEPT_DATA),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# `kept serve` collects static files under names with their hash, kept by browsers for ever (site/assets.py).
HASHED_STATIC = c.flag("KEPT_HASHED_STATIC") and not DEBUG
if HASHED_STATIC:
    STORAGES["staticfiles"] = {"BACKEND": "kept.site.assets.HashedFiles"}
WHITENOISE_USE_FINDERS = not HASHED_STATIC
WHITENOISE_AUTOREFRESH = DEBUG

for _name, _value in c.mail(os.environ.get("EMAIL_URL", ""), KEPT_DATA).items():
    globals()[_name] = _value
DEFAULT_FROM_EMAIL = os.environ.get("KEPT_MAIL_FROM") or f"Kept <no-reply@{urlsplit(KEPT_BASE_URL).hostname}>"

# The address that takes answers to conversations (plus-addressed), read by `kept receive-mail`; none: no answers.
REPLY_TO = os.environ.get("KEPT_REPLY_TO", "")

TASKS = {
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "ENQUEUE_ON_COMMIT": True},
}

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# The registry answers from its index (docs/decisions/0030); without it, in SQL.
REGISTRY_INDEX = c.flag("KEPT_INDEX", default=True)

# How often one address may ask (kept.api.limits); without, for tests under load.
LIMITS = c.flag("KEPT_LIMITS", default=True)

LOG_NAME = os.environ.get("LOG_NAME", "")
LOG_KEY = os.environ.get("LOG_KEY", "")
FETCH_PRIVATE = c.flag("KEPT_FETCH_PRIVATE")

# Sign-in: a code by mail or a passkey; password and TOTP for those who want them (django-allauth).
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/my/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "kept.people.signin.Accounts"
ACCOUNT_FORMS = {
    "login": "kept.people.signin.SignInForm",
    "request_login_code": "kept.people.signin.SignInByCodeForm",
    "signup": "kept.people.signin.SignUpForm",
    "add_email": "kept.people.signin.AddressForm",
    "reset_password": "kept.people.signin.ForgottenPasswordForm",
    "reset_password_from_key": "kept.people.signin.NewPasswordForm",
    "change_password": "kept.people.signin.ChangePasswordForm",
    "set_password": "kept.people.signin.SetPasswordForm",
    "reauthenticate": "kept.people.signin.AskPasswordForm",
    "confirm_login_code": "kept.people.signin.SignInCodeForm",
    "confirm_email_verification_code": "kept.people.signin.AddressCodeForm",
    "confirm_password_reset_code": "kept.people.signin.PasswordCodeForm",
}
ACCOUNT_SIGNUP_FORM_CLASS = "kept.people.forms.SignUpFields"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_CHANGE_EMAIL = True  # one address an account
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
# A mail takes its time on a thin line. Five tries at eight digits, three codes a minute and address.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_FORWARDED else 0
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
MFA_ADAPTER = "kept.people.signin.SecondFactors"
MFA_FORMS = {
    "authenticate": "kept.people.signin.AppCodeForm",
    "reauthenticate": "kept.people.signin.AskAppCodeForm",
    "activate_totp": "kept.people.signin.AddAppForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or urlsplit(KEPT_BASE_URL).hostname in {"localhost", "127.0.0.1"}

_https = KEPT_BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
if TRUST_FORWARDED:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

# Minutes in which a publication can still be called back; none for an announcement or an import.
CALL_BACK_MINUTES = c.number("KEPT_CALL_BACK_MINUTES", 10)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
