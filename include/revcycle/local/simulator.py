"""The simulated clearinghouse beside Airflow, in a state that holds the sample practice and in no other.

A program of its own: it is started with its folder, port and host key, and reads its password from the environment.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from revcycle.foundation.state import State
from revcycle.local import ports
from revcycle.local.secrets import Secrets, write_private
from revcycle.local.settings import Settings

PART = "simulator"
HOST = "127.0.0.1"
CONNECTION = "clearinghouse"  # as the sample's practice.yaml names it
USER = "practice"
FIRST_PORT = 10_022


def belongs(state: State) -> bool:
    """Whether this state has a simulated clearinghouse."""
    return state.holds_sample


def command(state: State, settings: Settings) -> list[str]:
    """What starts it (-P: the working folder is no place for modules)."""
    return [
        *(sys.executable, "-P", "-m", "clearinghouse_simulator"),
        *("--folder", str(folder(state)), "--port", str(settings.simulator_port)),
        *("--host-key", str(_host_key_file(state))),
    ]


def variables(state: State, settings: Settings, secrets: Secrets) -> dict[str, str]:
    """The simulator's login, and Airflow's connection to it with the pinned host key; nothing without the sample."""
    if not belongs(state):
        return {}
    return {
        "CLEARINGHOUSE_USER": USER,
        "CLEARINGHOUSE_PASSWORD": secrets.simulator,
        f"AIRFLOW_CONN_{CONNECTION.upper()}": json.dumps(connection(state, HOST, settings.simulator_port, secrets)),
    }


def connection(state: State, host: str, port: int, secrets: Secrets) -> Mapping[str, object]:
    """Airflow's connection to it, in the form of `airflow connections import`."""
    return {
        "conn_type": "sftp",
        "host": host,
        "port": port,
        "login": USER,
        "password": secrets.simulator,
        "extra": {"host_key": host_key(state)},
    }


def choose_port(state: State, before: int, *, runs: bool) -> int:
    """The port it had, unless another program has taken it; 0 without the sample."""
    if not belongs(state):
        return 0
    if before and (runs or ports.holder(before) is None):
        return before
    return ports.free_above(FIRST_PORT - 1)


def host_key(state: State) -> str:
    """Its public key as `ssh-ed25519 AAAA...`, made at the first call."""
    file = _host_key_file(state)
    public = file.with_suffix(".pub")
    if not public.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        write_private(file, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode())
        write_private(public, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode())
    return public.read_text().strip()


@contextmanager
def playing(state: State, at: datetime | None) -> Iterator[None]:
    """While the block lasts it takes `at` for now: nights are then played one after the other."""
    if at is None or not belongs(state):
        yield
        return
    told = folder(state) / "now"
    told.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(told, at.isoformat())
    try:
        yield
    finally:
        told.unlink(missing_ok=True)


def place(state: State, settings: Settings) -> Mapping[str, str | int] | None:
    """Where it listens, for `status`."""
    return {"host": HOST, "port": settings.simulator_port} if belongs(state) and settings.simulator_port else None


def folder(state: State) -> Path:
    """Its memory and mailboxes."""
    return state.root / "simulator"


def _host_key_file(state: State) -> Path:
    return folder(state) / "host_key"
