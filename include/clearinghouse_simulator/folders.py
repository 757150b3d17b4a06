"""The partner's two folders over SFTP: what they allow, and what befalls an operation."""

import os
import posixpath
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import asyncssh
from asyncssh.constants import FILEXFER_TYPE_REGULAR, FXF_WRITE

from clearinghouse_simulator.desk import Desk
from clearinghouse_simulator.faults import Fault, FaultBook
from clearinghouse_simulator.growth import Growth
from clearinghouse_simulator.misbehaviour import suffer


@dataclass
class Transfer:
    """An open file: the client's path, whether it is written, and the fault that waits for it."""

    path: str
    writing: bool
    fault: Fault | None
    fired: bool = False

    def fault_at(self, end: int) -> Fault | None:
        """The fault, when the transfer passes its byte. A slow transfer is slow once, not at each of its packets."""
        if self.fault is None or end <= self.fault.after_bytes or (self.fired and self.fault.fault == "slow"):
            return None
        return self.fault


class PartnerFolders(asyncssh.SFTPServer):
    """/inbound may be written, /outbound may be read and emptied; nothing else may be changed."""

    def __init__(
        self, channel: "asyncssh.SSHServerChannel[bytes]", desk: Desk, faults: FaultBook, growth: Growth
    ) -> None:
        super().__init__(channel, chroot=str(desk.mailbox.root).encode())
        self._client = self.connection  # asyncssh forgets it when the channel is lost
        self._desk = desk
        self._faults = faults
        self._growth = growth
        self._transfers: dict[object, Transfer] = {}

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        name, writing = _client_path(path), bool(pflags & FXF_WRITE)
        if writing:
            self._must_be_inbound(name)
        fault = self._faults.meet("open", name)
        await self._before(fault)
        opened = super().open(path, pflags, attrs)
        self._transfers[opened] = Transfer(name, writing, self._faults.meet("write" if writing else "read", name))
        await self._after(fault)
        return opened

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        transfer = self._transfers[file_obj]
        self._must_be_connected()
        fault = transfer.fault_at(offset + len(data))
        if fault and not fault.performed and fault.fault != "slow":
            super().write(file_obj, offset, data[: max(fault.after_bytes - offset, 0)])
        self._count(transfer, fault)
        await self._before(fault)
        written = super().write(file_obj, offset, data)
        await self._after(fault)
        return int(str(written))

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        transfer = self._transfers[file_obj]
        whole = super().fstat(file_obj)
        shown = self._growth.shown(transfer.path, getattr(whole, "st_size", 0))
        data = super().read(file_obj, offset, max(min(size, shown - offset), 0))
        fault = transfer.fault_at(offset + size) if shown else None
        self._count(transfer, fault)
        await self._before(fault)
        await self._after(fault)
        return bytes(data) if isinstance(data, bytes) else b""

    async def close(self, file_obj: object) -> None:
        transfer = self._transfers.pop(file_obj)
        super().close(file_obj)
        self._must_be_connected()  # a file left open by a lost client is closed here too: it is no finished file
        fault = self._faults.meet("close", transfer.path)
        await self._before(fault)
        if transfer.writing:
            self._appeared(transfer.path, fault)
        await self._after(fault)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._rename(oldpath, newpath, super().rename)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        await self._rename(oldpath, newpath, super().posix_rename)

    async def _rename(self, oldpath: bytes, newpath: bytes, rename: Callable[[bytes, bytes], object]) -> None:
        old, new = _client_path(oldpath), _client_path(newpath)
        self._must_be_inbound(old)
        self._must_be_inbound(new)
        fault = self._faults.meet("rename", old, new)
        await self._before(fault)
        rename(oldpath, newpath)
        self._appeared(new, fault)
        await self._after(fault)

    async def remove(self, path: bytes) -> None:
        fault = self._faults.meet("remove", _client_path(path))
        await self._before(fault)
        super().remove(path)
        await self._after(fault)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        folder = _client_path(path)
        fault = self._faults.meet("list", folder)
        await self._before(fault)
        for entry in os.scandir(self.map_path(path)):
            attrs = asyncssh.SFTPAttrs.from_local(entry.stat(follow_symlinks=False))
            seen = self._look("list", posixpath.join(folder, os.fsdecode(entry.name)), attrs)
            yield asyncssh.SFTPName(entry.name, attrs=seen)
        await self._after(fault)

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        return await self._stat(path, super().stat)

    async def lstat(self, path: bytes) -> asyncssh.SFTPAttrs:
        return await self._stat(path, super().lstat)

    async def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        attrs = await self.convert_attrs(super().fstat(file_obj))
        return self._growth.show(self._transfers[file_obj].path, attrs)

    async def _stat(self, path: bytes, stat: Callable[[bytes], Any]) -> asyncssh.SFTPAttrs:
        name = _client_path(path)
        fault = self._faults.meet("stat", name)
        await self._before(fault)
        attrs = self._look("stat", name, await self.convert_attrs(stat(path)))
        await self._after(fault)
        return attrs

    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        await self._before(self._faults.meet("mkdir", _client_path(path)))
        raise asyncssh.SFTPPermissionDenied("folders are the clearinghouse's")

    def rmdir(self, path: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("folders are the clearinghouse's")

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("no links")

    def link(self, oldpath: bytes, newpath: bytes) -> None:
        raise asyncssh.SFTPPermissionDenied("no links")

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        self._must_be_inbound(_client_path(path))
        super().setstat(path, attrs)

    def _appeared(self, path: str, fault: Fault | None) -> None:
        if self._desk.mailbox.is_final(path):
            self._desk.changed(path, at_once=fault is not None and fault.fault == "collect")

    def _look(self, operation: str, path: str, attrs: asyncssh.SFTPAttrs) -> asyncssh.SFTPAttrs:
        if attrs.type != FILEXFER_TYPE_REGULAR:
            return attrs
        growing = self._faults.meet(operation, path, growing=True)
        if growing:
            self._growth.begin(path, growing.looks)
        return self._growth.look(path, attrs)

    async def _before(self, fault: Fault | None) -> None:
        self._must_be_connected()
        if fault and not fault.performed:
            await suffer(fault, self._client)

    async def _after(self, fault: Fault | None) -> None:
        if fault and fault.performed:
            await suffer(fault, self._client)

    def _count(self, transfer: Transfer, fault: Fault | None) -> None:
        if fault and not transfer.fired:
            transfer.fired = True
            self._faults.fires(fault)

    def _must_be_connected(self) -> None:
        # What came before a cut is still handed to us: what a client sent blindly must not be done.
        if self._client.is_closed():
            raise asyncssh.SFTPConnectionLost("cut")

    def _must_be_inbound(self, path: str) -> None:
        if posixpath.dirname(path) not in ("/inbound", "/inbound/tmp"):
            raise asyncssh.SFTPPermissionDenied("only /inbound may be written")


def _client_path(path: bytes) -> str:
    """The path as seen from the partner's root."""
    return posixpath.normpath("/" + path.decode("utf-8", "replace")).replace("//", "/")
