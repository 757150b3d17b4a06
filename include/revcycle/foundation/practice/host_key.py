"""Host keys of partners' servers, as OpenSSH writes a public key: `ssh-ed25519 AAAA...`."""

import base64
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
WHILE_REPLACED = 2


def _host_key(line: str) -> str:
    kind, _, rest = line.partition(" ")
    try:
        body = base64.b64decode(rest.partition(" ")[0], validate=True)
    except ValueError:
        body = b""
    if kind not in KINDS or not _is_whole(kind.encode(), body):
        raise ValueError("a host key such as `ssh-ed25519 AAAA...`, whole,")
    return line


def _is_whole(kind: bytes, body: bytes) -> bool:
    """Fields, each behind its length, the first of which is the kind; none is cut (RFC 4253, 6.6)."""
    fields, at = [], 0
    while at < len(body):
        length = int.from_bytes(body[at : at + 4], "big")
        fields.append(body[at + 4 : at + 4 + length])
        at += 4 + length
    return at == len(body) and len(fields) > 1 and fields[0] == kind


def one_or_two(keys: list[str]) -> list[str]:
    """Refuse more keys than are needed while one is replaced."""
    if len(keys) > WHILE_REPLACED:
        raise ValueError("one host key, or two while one is replaced,")
    return keys


HostKey = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_host_key)]
