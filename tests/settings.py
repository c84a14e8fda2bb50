"""The settings of the tests: a folder of their own, a database that may forget when the power fails."""

import os
import tempfile

os.environ["KEPT_DATA"] = os.environ.get("KEPT_TEST_DATA") or tempfile.mkdtemp(prefix="kept-test-")
for _name in ("EMAIL_URL", "STORAGE_URL", "REDIS_URL", "SECRET_KEY", "LOG_KEY", "LOG_NAME", "DEBUG", "KEPT_BASE_URL"):
    os.environ.pop(_name, None)

from kept.site.settings import *  # noqa: E402, F403
from kept.site.settings import DATABASES, KEPT_DATA  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and other processes see the same database, as they do in life.
    DATABASES["default"]["TEST"] = {"NAME": str(KEPT_DATA / "test.sqlite3")}
    _options = DATABASES["default"]["OPTIONS"]
    _options["init_command"] = _options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
REGISTRY_INDEX = False  # SQL answers; tests of the index make one and switch it on
