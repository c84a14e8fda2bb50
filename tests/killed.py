"""Settings of a process that a test starts beside itself: the test's own database and folder."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

KEPT_DATA = Path(os.environ["TEST_DATA"])
DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
