"""The `kept` command: every Django command, and the platform's own."""

import os
import sys


def main() -> None:
    """Run `kept …`; the words after it are a Django management command and its arguments."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kept.site.settings")
    if sys.argv[1:2] in (["serve"], ["run"]):
        prepare_to_serve(sys.argv)
    from django.core import management
    from django.db import OperationalError, ProgrammingError

    try:
        management.execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError):
        from kept.site.health import migrated

        if migrated():
            raise
        sys.exit("The database is not migrated. First run: kept migrate")


def prepare_to_serve(words: list[str]) -> None:
    """What has to be known before the settings are read: static files are hashed, and which port is ours."""
    os.environ.setdefault("KEPT_HASHED_STATIC", "1")
    port = next((b for a, b in zip(words, words[1:], strict=False) if a == "--port"), os.environ.get("PORT", ""))
    port = next((word.partition("=")[2] for word in words if word.startswith("--port=")), port)
    if port.isdigit():
        os.environ.setdefault("KEPT_BASE_URL", f"http://127.0.0.1:{port}")


if __name__ == "__main__":
    main()
