"""Who may log in."""

from dataclasses import dataclass
from secrets import compare_digest

import asyncssh

from clearinghouse_simulator.faults import FaultBook
from clearinghouse_simulator.misbehaviour import suffer


@dataclass(frozen=True)
class Credentials:
    """The one user, with a password and keys."""

    user: str
    password: str
    keys: list[asyncssh.SSHKey]


class Door(asyncssh.SSHServer):
    """Lets the one user in, unless a fault of `login` says otherwise."""

    def __init__(
        self, credentials: Credentials, faults: FaultBook, connections: set[asyncssh.SSHServerConnection]
    ) -> None:
        self._credentials = credentials
        self._faults = faults
        self._connections = connections
        self._closed = False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self._connection)

    async def begin_auth(self, username: str) -> bool:
        fault = self._faults.meet("login", username)
        try:
            if fault:
                await suffer(fault, self._connection)
        except asyncssh.SFTPError:
            self._closed = True
        return True

    def password_auth_supported(self) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        good = compare_digest(password.encode(), self._credentials.password.encode())
        return good and self._known(username)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return key in self._credentials.keys and self._known(username)

    def _known(self, username: str) -> bool:
        return not self._closed and username == self._credentials.user
