"""A trading partner of the tests: a real SSH server with a mailbox, which counts what arrives and can misbehave.

A file has arrived once the partner takes it away from `/inbound` under a name without a dot in front.
"""

import asyncio
import hashlib
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

import asyncssh

Operation = Literal["connect", "login", "open", "read", "write", "close", "stat", "rename", "list", "remove"]
Misdeed = Literal["cut", "stall", "permission", "full", "failure"]
USER, PASSWORD = "practice", "only-for-tests"
ERRORS = {
    "permission": asyncssh.SFTPPermissionDenied("Permission denied"),
    "full": asyncssh.SFTPFailure("No space left on device"),
    "failure": asyncssh.SFTPFailure("Failure"),
}


@dataclass
class Fault:
    """What happens to one operation: the `nth` that fits, before it is done or after (`performed`)."""

    on: Operation
    do: Misdeed
    path: str = "*"
    after_bytes: int = 0
    performed: bool = False
    nth: int = 1
    times: int = 1


@dataclass(frozen=True)
class Arrival:
    name: str
    sha256: str
    isa13: str


class PartnerServer:
    """The server in a thread of its own, with an empty mailbox and good manners.

    Each test has one of its own: what a hung up session had asked for is worked off later, and would meet the faults
    of the test that comes next.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.inbound, self.outbound, self.taken = folder / "inbound", folder / "outbound", folder / "taken"
        for each in (self.inbound / "tmp", self.outbound, self.taken):
            each.mkdir(parents=True)
        self.keys = [asyncssh.generate_private_key("ssh-ed25519") for _ in range(2)]
        self.picks_up: Literal["instantly", "later"] = "later"
        self.faults: list[Fault] = []
        self.arrivals: list[Arrival] = []
        self.done: Counter[str] = Counter()
        self.lines: list[asyncssh.SSHServerConnection] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listener = self.run(self._listen(self.keys[:1]))
        self.port = self._listener.get_port()

    def fault(self, on: Operation, do: Misdeed, **how: Any) -> None:
        self.faults.append(Fault(on, do, **how))

    def host_key(self, index: int = 0) -> str:
        return " ".join(self.keys[index].export_public_key().decode().split()[:2])

    def change_host_key(self, index: int) -> None:
        self._loop.call_soon_threadsafe(lambda: self._listener.update(server_host_keys=[self.keys[index]]))

    def pick_up(self) -> None:
        """Take away all that stands under a final name."""
        for path in sorted(self.inbound.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                self.take(path)

    def take(self, path: Path) -> None:
        content = path.read_bytes()
        self.arrivals.append(Arrival(path.name, hashlib.sha256(content).hexdigest(), content[90:99].decode("latin-1")))
        path.rename(self.taken / f"{len(self.arrivals)}-{path.name}")

    def close(self) -> None:
        self.run(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _hang_up(self) -> None:
        self._listener.close()
        for line in self.lines:
            line.abort()
        if rest := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(rest, timeout=5)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self, keys: list[Any]) -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=keys,
            server_factory=lambda: _Door(self),
            sftp_factory=lambda channel: _Mailbox(channel, self),
            encryption_algs=["aes128-gcm@openssh.com", "aes128-ctr"],
        )

    def suffers(self, on: Operation, path: str, *, performed: bool = False, position: int = 0) -> Fault | None:
        for fault in self.faults:
            fits = fault.on == on and fault.performed == performed and fnmatch(path, fault.path)
            if fits and fault.times and position >= fault.after_bytes:
                fault.nth -= 1
                if fault.nth <= 0:
                    fault.times -= 1
                    return fault
        return None


class _Door(asyncssh.SSHServer):
    def __init__(self, partner: PartnerServer) -> None:
        self.partner = partner

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.conn = conn
        self.partner.lines.append(conn)
        if self.partner.suffers("connect", ""):
            conn.abort()

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        fault = self.partner.suffers("login", "")
        if fault and fault.do == "cut":
            self.conn.abort()
        if fault and fault.do == "stall":
            await self.conn.wait_closed()
        return fault is None and (username, password) == (USER, PASSWORD)


class _Mailbox(asyncssh.SFTPServer):
    def __init__(self, channel: Any, partner: PartnerServer) -> None:
        super().__init__(channel, chroot=os.fsencode(partner.root))
        self.partner = partner
        self.paths: dict[int, str] = {}

    async def suffer(self, on: Operation, path: str, **how: Any) -> None:
        self.partner.done[on] += not how.get("performed", False)
        fault = self.partner.suffers(on, path, **how)
        if fault is None:
            return
        if fault.do == "cut":
            self.connection.abort()
        if fault.do in ("cut", "stall"):
            await self.connection.wait_closed()
        raise ERRORS[fault.do]

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        await self.suffer("open", path.decode())
        opened = super().open(path, pflags, attrs)
        self.paths[id(opened)] = path.decode()
        return opened

    async def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        await self.suffer("read", self.paths[id(file_obj)], position=offset + size)
        return super().read(file_obj, offset, size)

    async def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        await self.suffer("write", self.paths[id(file_obj)], position=offset + len(data))
        return super().write(file_obj, offset, data)

    async def close(self, file_obj: Any) -> None:
        path = self.paths.pop(id(file_obj))
        await self.suffer("close", path)
        writing = file_obj.writable()
        super().close(file_obj)
        if writing:
            self._picked_up(path)
        await self.suffer("close", path, performed=True)

    async def stat(self, path: bytes) -> Any:
        await self.suffer("stat", path.decode())
        return super().stat(path)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self.suffer("rename", newpath.decode())
        super().rename(oldpath, newpath)
        self._picked_up(newpath.decode())
        await self.suffer("rename", newpath.decode(), performed=True)

    async def remove(self, path: bytes) -> None:
        await self.suffer("remove", path.decode())
        super().remove(path)
        await self.suffer("remove", path.decode(), performed=True)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        await self.suffer("list", path.decode())
        async for name in super().scandir(path):
            yield name

    def _picked_up(self, path: str) -> None:
        local = self.partner.root / path.lstrip("/")
        if self.partner.picks_up == "instantly" and local.parent == self.partner.inbound and local.name[0] != ".":
            self.partner.take(local)
