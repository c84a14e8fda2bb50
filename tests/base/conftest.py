"""The worker is started as a process, on an installation that was migrated once for the whole run."""

from tests.browser import templates_folder  # noqa: F401
