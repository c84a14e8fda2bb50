"""`make fuzz`: schemathesis against a served demonstration, every phase, hundreds of cases for each operation."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from schemathesis.config import SchemathesisConfig

# A schema says what a slug or a country looks like, not which there are: such a value is named in a 400 or 422.
UNDERSTOOD = ["2xx", "304", "400", "401", "403", "404", "409", "412", "422"]
CHECKS = {"positive_data_acceptance": {"expected-statuses": UNDERSTOOD}}
CONFIG = SchemathesisConfig.from_dict({"checks": CHECKS})
TOML = f"""
[checks.positive_data_acceptance]
expected-statuses = {UNDERSTOOD}
"""
MINTING = """
from datetime import datetime, UTC
from kept.api.actions import make_token
from kept.api.scopes import SCOPES
from kept.people.models import Membership
person = Membership.objects.active().filter(role="focal_point").first().person
print("TOKEN", make_token("fuzz", SCOPES, 30, by=person, at=datetime.now(UTC))[1])
"""


def main() -> int:
    """Serve, make a token, run; the exit code is schemathesis's."""
    here, port = Path(sys.executable).parent, os.environ.get("PORT", "8799")
    with tempfile.TemporaryDirectory(prefix="kept-fuzz-") as folder:
        env = os.environ | {"KEPT_DATA": folder, "KEPT_BASE_URL": f"http://127.0.0.1:{port}", "KEPT_LIMITS": "0"}
        kept = str(here / "kept")
        for command in ("migrate", "demo"):
            subprocess.run([kept, command], env=env, check=True, stdout=subprocess.DEVNULL)
        told = subprocess.run([kept, "shell", "-c", MINTING], env=env, check=True, capture_output=True, text=True)
        token = next(line.split()[1] for line in told.stdout.splitlines() if line.startswith("TOKEN"))
        config = Path(folder) / "schemathesis.toml"
        config.write_text(TOML)
        server = subprocess.Popen([kept, "serve", "--port", port], env=env)
        try:
            return subprocess.run(
                [
                    str(here / "schemathesis"), "--config-file", str(config), "run",
                    f"http://127.0.0.1:{port}/api/v1/openapi.json", "--wait-for-schema", "30", "--workers", "1",
                    "-H", f"Authorization: Bearer {token}", *sys.argv[1:],
                ],
                env=env, cwd=folder,
            ).returncode  # fmt: skip
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    raise SystemExit(main())
