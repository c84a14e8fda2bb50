"""Static files as they are served: named by their hash, compressed beforehand, kept by browsers for ever.

`kept serve` collects them into KEPT_DATA/static when one of them changed; other servers run `collectstatic` with
KEPT_HASHED_STATIC=1.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = ".collected"


class HashedFiles(CompressedManifestStaticFilesStorage):
    """`base/base.css` is served as `base/base.1f3c….css`; gzip, and brotli where that is installed, lie beside it."""


def collect_if_changed() -> bool:
    """Bring KEPT_DATA/static up to date; False where nothing had changed. Two processes at once do no harm."""
    folder = Path(settings.STATIC_ROOT)
    stamp = folder / STAMP
    now = fingerprint()
    if stamp.exists() and stamp.read_text() == now and (folder / "staticfiles.json").exists():
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)
    return True


def fingerprint() -> str:
    """Changes when any static file of any room does: names, sizes, times."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            seen.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return seen.hexdigest()
