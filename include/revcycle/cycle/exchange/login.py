"""A session with a partner's SFTP server: the network, the host key, who we are.

The SSH transport is built here because a partner may have two accepted host keys while one is replaced, and because
every wait must end: for the banner, the key exchange, the login, the channel, and bytes that are neither taken nor
given.
"""

import base64
import io
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import paramiko
from paramiko.pkey import UnknownKeyType
from paramiko.ssh_exception import SSHException

from revcycle.cycle.exchange.faults import AuthenticationRefused, HostKeyChanged, PartnerAway, PartnerRefused
from revcycle.cycle.exchange.mailbox import Mailbox
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice.partner import TradingPartner

KEEPALIVE = 15  # seconds without traffic after which we say that we are still there
WINDOW = 1 << 26  # bytes a server may send before we must say that we read them
CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)
RSA = ("rsa-sha2-512", "rsa-sha2-256")
KINDS_OF_KEY = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


@dataclass(frozen=True)
class Login:
    """Where the mailbox is and who we are to it. `host_keys` are lines such as `ssh-ed25519 AAAA...`."""

    host: str
    port: int
    username: str
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    host_keys: tuple[str, ...] = ()


@contextmanager
def open_mailbox(login: Login, partner: TradingPartner, *, seconds: float = 30) -> Iterator[Mailbox]:
    """One session; no wait in it is longer than `seconds`.

    The host keys of the login and of the partner's settings count alike.
    Raises: HostKeyChanged, AuthenticationRefused, PartnerAway, PartnerRefused, InputUnusable (a key is unreadable).
    """
    accepted = _accepted(partner.connection, (*login.host_keys, *partner.host_keys))
    key = _private_key(partner.connection, login)
    where = f"{partner.connection} ({login.host}:{login.port})"
    transport = _reach(login, where, accepted, seconds)
    try:
        _check_host_key(transport, where, accepted)
        _log_in(transport, login, key, where)
        yield Mailbox(_channel(transport, where, seconds), partner, seconds)
    finally:
        transport.close()


def fingerprint(key: paramiko.PKey) -> str:
    """As OpenSSH shows it: `SHA256:...`."""
    return str(key.fingerprint)


def _accepted(connection: str, lines: Sequence[str]) -> list[paramiko.PKey]:
    """The host keys that may be shown."""
    keys: list[paramiko.PKey] = []
    for line in lines:
        try:
            kind, body = line.split()[:2]
            keys.append(paramiko.PKey.from_type_string(kind, base64.b64decode(body, validate=True)))
        except (ValueError, SSHException, UnknownKeyType) as error:
            raise InputUnusable(
                f"{connection}: a host key cannot be read; a line such as `ssh-ed25519 AAAA...` is expected "
                "(host_keys in practice.yaml, or host_key or host_keys in the connection's extra)."
            ) from error
    return keys


def _private_key(connection: str, login: Login) -> paramiko.PKey | None:
    if not login.private_key:
        return None
    for kind in KINDS_OF_KEY:
        try:
            return kind.from_private_key(io.StringIO(login.private_key), login.passphrase or None)
        except (SSHException, ValueError):
            continue
    raise InputUnusable(
        f"{connection}: the private key cannot be read; an OpenSSH or PEM key (Ed25519, ECDSA or RSA) is expected, and "
        "its passphrase when it has one."
    )


def _reach(login: Login, where: str, accepted: Sequence[paramiko.PKey], seconds: float) -> paramiko.Transport:
    """A transport whose key exchange is done; nothing is known of the other side yet but its key."""
    try:
        line = socket.create_connection((login.host, login.port), timeout=seconds)
    except OSError as error:
        raise PartnerAway(f"{where}: no connection ({_reason(error)}); it is tried again.") from error
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # bytes that a standing server does not take would wait for ever
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, max(1, int(seconds * 1000)))
    transport = paramiko.Transport(line, default_window_size=WINDOW)
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = seconds
    transport.channel_timeout = transport.clear_to_send_timeout = seconds
    options = transport.get_security_options()
    options.ciphers = [name for name in CIPHERS if name in options.ciphers]
    options.key_types = _ordered(options.key_types, accepted)
    try:
        transport.start_client(timeout=seconds)
    except (SSHException, OSError, EOFError) as error:
        transport.close()
        raise PartnerAway(f"{where}: no SSH session ({_reason(error)}); it is tried again.") from error
    transport.set_keepalive(KEEPALIVE)
    return transport


def _ordered(kinds: Sequence[str], accepted: Sequence[paramiko.PKey]) -> list[str]:
    """Kinds of accepted keys first: a server with several keys then shows one we know."""
    known = {kind for key in accepted for kind in (RSA if key.get_name() == "ssh-rsa" else (key.get_name(),))}
    return sorted(kinds, key=lambda kind: kind not in known)


def _check_host_key(transport: paramiko.Transport, where: str, accepted: Sequence[paramiko.PKey]) -> None:
    shown = transport.get_remote_server_key()
    if shown in accepted:
        return
    expected = " or ".join(fingerprint(key) for key in accepted) or "none is accepted yet"
    raise HostKeyChanged(
        f"{where}: the server shows host key {shown.get_name()} {fingerprint(shown)}, accepted is {expected}. Nothing "
        "was sent. Ask the partner for the fingerprint of its key, on another way than by network; when it is the one "
        "shown, add the key to the partner's host_keys in practice.yaml, and take the old one out where it stands once "
        "it is not used."
    )


def _log_in(transport: paramiko.Transport, login: Login, key: paramiko.PKey | None, where: str) -> None:
    try:
        if key is not None:
            transport.auth_publickey(login.username, key)
        else:
            transport.auth_password(login.username, login.password)
    except paramiko.AuthenticationException as error:
        if not transport.is_active() or "timeout" in str(error).lower():  # paramiko has no class for either
            raise PartnerAway(f"{where}: the login was not answered; it is tried again.") from error
        what = "key" if key is not None else "password"
        raise AuthenticationRefused(
            f"{where}: user or {what} is refused; set it right in the Airflow connection before the next try."
        ) from error
    except (SSHException, OSError, EOFError) as error:
        raise PartnerAway(f"{where}: the login was not answered ({_reason(error)}); it is tried again.") from error


def _channel(transport: paramiko.Transport, where: str, seconds: float) -> paramiko.SFTPClient:
    try:
        channel = transport.open_session(timeout=seconds)
        channel.settimeout(seconds)
        channel.invoke_subsystem("sftp")
        return paramiko.SFTPClient(channel)
    except paramiko.ChannelException as error:
        raise PartnerRefused(f"{where}: no SFTP session is allowed to this user; ask the partner.") from error
    except (SSHException, OSError, EOFError) as error:
        raise PartnerAway(f"{where}: SFTP does not answer ({_reason(error)}); it is tried again.") from error


def _reason(error: BaseException) -> str:
    """What kind of failure it was, without what the other side wrote."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else type(error).__name__
