"""The `kept` command: every Django command, and the platform's own."""

import os
import sys


def main() -> None:
    """Run `kept …`; the words after it are a Django management command and its arguments."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kept.site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
