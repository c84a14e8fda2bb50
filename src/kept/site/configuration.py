"""What an installation says about itself, read from the environment and nowhere else.

Everything is safe when nothing is set: no debug pages, only this machine is answered, a secret key is
made at the first start and kept beside the data. `docs/administrators/settings.md` lists every name.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


def flag(name: str, default: bool = False) -> bool:
    """A yes or no from the environment. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: write 1 or 0.")


def number(name: str, default: int) -> int:
    """A whole number from the environment. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number.") from None


def data_folder() -> Path:
    """The one folder in which an embedded installation keeps everything (`KEPT_DATA`, ./var)."""
    return Path(os.environ.get("KEPT_DATA") or "var").resolve()


def kept_secret(path: Path) -> str:
    """A secret that is made once and kept in `path`, readable by its owner alone.

    Two processes that start at the same moment agree on one: the file is created exclusively.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        made = secrets.token_urlsafe(50)
        file.write(made)
    return made


def database(url: str, folder: Path) -> dict:
    """Django's settings for one database: SQLite in `folder` where `url` is empty, else what it names.

    Raises ImproperlyConfigured for anything but sqlite:///path and postgresql://user:password@host/name.
    """
    if not url:
        url = f"sqlite:///{folder / 'kept.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "kept.base.sqlite3",
            "NAME": unquote(parts.path[1:]),
            # Opening the file and saying all this anew costs more than a page that lies in memory: threads keep theirs.
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                # Immediate transactions: two writers queue instead of failing half-way (docs/decisions/0003),
                # in the order in which they came (0080).
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                    "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        options = dict(parse_qsl(parts.query))
        host = options.pop("host", None) or unquote(parts.hostname or "")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise ImproperlyConfigured(
        f"DATABASE_URL begins with {parts.scheme!r}: write postgresql://user:password@host/name, or leave it out."
    )


def mail(url: str, folder: Path) -> dict:
    """Django's mail settings: a folder of files where `url` is empty, else smtp:// or smtps:// (TLS)."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder / "outbox"),
        }
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"}:
        raise ImproperlyConfigured(f"EMAIL_URL begins with {parts.scheme!r}: write smtp://, smtp+tls:// or smtps://.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }


def storage(url: str, folder: Path) -> dict:
    """Django's setting for uploaded files: a folder where `url` is empty, else s3://key:secret@host/bucket."""
    if not url:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder / "media"), "base_url": None},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"s3", "s3+http"}:
        raise ImproperlyConfigured(f"STORAGE_URL begins with {parts.scheme!r}: write s3://key:secret@host/bucket.")
    scheme = "http" if parts.scheme == "s3+http" else "https"
    port = f":{parts.port}" if parts.port else ""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.path.strip("/"),
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "endpoint_url": f"{scheme}://{parts.hostname}{port}",
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
