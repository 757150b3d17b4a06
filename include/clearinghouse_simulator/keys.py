"""The server's host key, the password made for one folder, and the keys that may log in."""

import os
import secrets
from pathlib import Path

import asyncssh

_ALGORITHM = "ssh-ed25519"


class KeyUnusable(Exception):
    """A key file that cannot be read; the sentence names it."""


def host_key(path: Path) -> asyncssh.SSHKey:
    """The key of that file; made where there is none.

    Raises: KeyUnusable.
    """
    if not path.exists():
        return new_host_key(path)
    try:
        return asyncssh.read_private_key(path)
    except (asyncssh.KeyImportError, OSError) as error:
        raise KeyUnusable(f"{path}: no private key in OpenSSH's or PEM format ({error}).") from None


def new_host_key(path: Path) -> asyncssh.SSHKey:
    """Make a key and put it in the file, readable for its owner only."""
    key = asyncssh.generate_private_key(_ALGORITHM)
    _write_private(path, key.export_private_key())
    return key


def public_text(key: asyncssh.SSHKey) -> str:
    """The public half as OpenSSH writes it: algorithm and base64."""
    return " ".join(key.export_public_key().decode().split()[:2])


def kept_password(path: Path) -> str:
    """The password of that file; made where there is none."""
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(24).encode())
    return path.read_text("utf-8")


def authorized(path: Path | None) -> list[asyncssh.SSHKey]:
    """The public keys of a file, one a line.

    Raises: KeyUnusable.
    """
    try:
        return list(asyncssh.read_public_key_list(path)) if path else []
    except (asyncssh.KeyImportError, OSError) as error:
        raise KeyUnusable(f"{path}: no public keys, one a line ({error}).") from None


def _write_private(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    unfinished.rename(path)
