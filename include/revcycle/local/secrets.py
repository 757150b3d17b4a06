"""Keys and passwords of one state, made once, each file readable by its owner only."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from revcycle.foundation.state import State


@dataclass(frozen=True)
class Secrets:
    """What no other user of the machine may read."""

    fernet: str = field(default_factory=lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    jwt: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    revcycle: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    airflow: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    simulator: str = field(default_factory=lambda: secrets.token_urlsafe(24))


def read_secrets(state: State) -> Secrets:
    """The secrets of a state, made at the first call (the Fernet key opens Airflow's stored connections)."""
    state.create()
    known = json.loads(state.secrets_json.read_text()) if state.secrets_json.exists() else {}
    read = Secrets(**known)
    if asdict(read) != known:  # a newer checkout has more of them
        write_secrets(state, read)
    return read


def write_secrets(state: State, secrets: Secrets) -> None:
    """Keep the secrets of a state, for its owner only."""
    write_private(state.secrets_json, json.dumps(asdict(secrets), indent=1))


def password_file(state: State) -> Path:
    """Who may log in to the Airflow UI, as JSON {"user": "password"}."""
    return state.root / "passwords.json"


def write_passwords(state: State, users: Mapping[str, str]) -> None:
    """A password for each user that has none yet; users that left lose theirs."""
    path = password_file(state)
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    wanted = {user: known.get(user) or secrets.token_urlsafe(12) for user in users}
    if wanted != known:
        write_private(path, json.dumps(wanted, indent=1))


def write_private(path: Path, text: str) -> None:
    """Replace a file at once by one that only its owner reads: a reader sees the old text or the new.

    Where the disk is full nothing is left of the attempt, which the supervisor repeats every second.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        partial.touch(mode=0o600)
        partial.write_text(text)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
