"""What docs/operations.md tells people to type for the containers."""

import base64
import re
import shlex
import stat
import subprocess
from pathlib import Path

from tests.containers import commands
from tests.containers.files import ROOT, VARIABLE, Files

DOCUMENT = (ROOT / "docs" / "operations.md").read_text()
TYPED = "\n".join(re.findall(r"```bash\n(.*?)```", DOCUMENT, flags=re.S))


def test_the_env_file_of_the_document_has_all_that_is_required(tmp_path: Path) -> None:
    (script,) = re.findall(r"(?ms)^\(\n.*?^\)$", TYPED)
    subprocess.run(["bash", "-eu", "-c", script], cwd=tmp_path, check=True)
    file = tmp_path / ".env"
    given = dict(line.split("=", 1) for line in file.read_text().splitlines())
    required = {found["name"] for found in VARIABLE.finditer(Files.of_the_checkout().compose) if found["sort"] == ":?"}
    assert set(given) == required
    assert len({value for name, value in given.items()}) == len(given)
    assert len(base64.urlsafe_b64decode(given["FERNET_KEY"])) == 32
    assert all(re.fullmatch(r"\w{32,}", value) for name, value in given.items() if name.endswith("_PASSWORD"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_commands_of_the_document_exist() -> None:
    files = Files.of_the_checkout()
    typed = re.findall(r"(?m)^docker compose (run --rm|exec) ([\w-]+) *([^#\n]*)", TYPED)
    assert len(typed) >= 6
    for how, service, rest in typed:
        words = shlex.split(rest)
        begun = files.services[service].get("entrypoint", []) if how != "exec" else []
        assert list(commands.problems([*begun, *words])) == [], f"{service} {rest}"
