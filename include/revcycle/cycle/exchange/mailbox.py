"""Files of a partner's mailbox, over one SFTP session.

Every failure leaves as one of `faults`, and says which file and what the server answered in the protocol's own words;
what a server writes in its own words is not repeated. After PartnerAway the session is of no more use.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_STATUS, CMD_WRITE, SFTPError, int64
from paramiko.ssh_exception import SSHException

from revcycle.cycle.exchange.faults import ArchiveFull, FileChanged, PartnerAway, PartnerFull, PartnerRefused
from revcycle.foundation.practice.partner import TradingPartner

CHUNK = 32_640  # bytes in one request: with its headers one SSH packet of 32 KiB, the size every server takes
AHEAD = 32  # reads asked for at once
UNANSWERED = 100  # writes that may be under way
FULL = ("space", "quota", "full")  # what servers write beside the protocol's bare "failure"


@dataclass(frozen=True)
class RemoteFile:
    """A file as the partner shows it; mtime in seconds since 1970, 0 where it shows none."""

    path: str
    size: int
    mtime: int


class _PromptFile(paramiko.SFTPFile):
    """A remote file whose reads ahead are asked for at once by whoever reads.

    paramiko's own way is a thread that asks while the caller spins for it: twice the time, and when the line is cut
    the thread ends with an error that nobody can catch. The requests are few and short, so asking does not wait.
    """

    _prefetch_thread: Callable[[Sequence[tuple[int, int]], int | None], None]

    def _start_prefetch(self, chunks: Sequence[tuple[int, int]], _at_most: int | None = None) -> None:
        self._prefetching = True
        self._prefetch_done = False
        self._prefetch_thread(chunks, None)


class _Upload:
    """The writes of one open file, and its close, each of which the server answers for.

    paramiko's own pipelining loses a refusal that is answered out of turn, and its close keeps refusals to itself; a
    file that the partner takes away at once can be asked about no other way.
    """

    def __init__(self, remote: Any, start: int) -> None:
        self._remote, self._session, self._at = remote, remote.sftp, start
        self._unanswered: set[int] = set()

    def write(self, block: bytes) -> None:
        """Ask for one block; raises what is said of any before it."""
        self._unanswered.add(self._session._async_request(self, CMD_WRITE, self._remote.handle, int64(self._at), block))
        self._at += len(block)
        self._listen(UNANSWERED)

    def finish(self) -> None:
        """Wait until every block is taken and the file is closed."""
        self._listen(0)
        self._remote._closed = True  # it is not closed once more, whatever the answer is
        self._session._request(CMD_CLOSE, self._remote.handle)

    def _listen(self, most: int) -> None:
        """Take answers until at most so many are owed."""
        while len(self._unanswered) > most:
            self._session._read_response()

    def _async_response(self, kind: int, answer: paramiko.Message, number: int) -> None:
        """Where paramiko hands in an answer, in whatever order they come."""
        self._unanswered.remove(number)
        if kind != CMD_STATUS:
            raise SFTPError("a write is answered by something else than a status")
        self._session._convert_status(answer)


class Mailbox:
    """One session with one partner. `seconds` is the longest wait for any answer."""

    def __init__(self, session: paramiko.SFTPClient, partner: TradingPartner, seconds: float) -> None:
        self._session = session
        self._channel = session.sock
        self._name = partner.connection
        self._seconds = seconds

    def put(self, source: Path, path: str) -> None:
        """Write a local file; the server has accepted every byte, and the close, when this returns.

        What a cut transfer left there is compared and continued where it may be read, else it is written anew.
        Raises: PartnerAway, PartnerFull, PartnerRefused.
        """
        with source.open("rb") as local:
            start = self._same_so_far(local, path)
            local.seek(start)
            with self._answers(f"writing {path}"), self._open(path, "r+b" if start else "wb") as remote:
                upload = _Upload(remote, start)
                with self._answers(f"writing {path}", writing=True):
                    while block := local.read(CHUNK):
                        upload.write(block)
                    upload.finish()

    def get(self, file: RemoteFile, into: Path) -> None:
        """Read a remote file that is as it was listed.

        Raises: FileChanged (also when it is gone), ArchiveFull, PartnerAway, PartnerRefused.
        """
        with self._answers(f"reading {file.path}"):
            try:
                with self._open(file.path, "rb") as remote:
                    _keep(_blocks(remote, file.size), into)
                    now = _seen(file.path, remote.stat())
            except FileNotFoundError:
                now = None
        if now != file or into.stat().st_size != file.size:
            raise FileChanged(f"{self._name}: {file.path} changed while it was read; it is looked at again.")

    def size(self, path: str) -> int | None:
        """Bytes of a remote file; None where none of that name is there."""
        with self._answers(f"looking for {path}"):
            try:
                return self._session.stat(path).st_size or 0
            except FileNotFoundError:
                return None

    def sha256(self, path: str) -> str:
        """Digest of a remote file, which is read for it."""
        digest = hashlib.sha256()
        with self._answers(f"reading {path} back"), self._open(path, "rb") as remote:
            for block in _blocks(remote, remote.stat().st_size or 0):
                digest.update(block)
        return digest.hexdigest()

    def rename(self, before: str, after: str) -> None:
        """Give a file another name, in one step; a file that has the name is never replaced."""
        with self._answers(f"renaming {before} to {after}"):
            self._session.rename(before, after)

    def remove(self, path: str) -> None:
        """Remove a file; it may be gone already."""
        with self._answers(f"removing {path}"), suppress(FileNotFoundError):
            self._session.remove(path)

    def listing(self, folder: str) -> list[RemoteFile]:
        """The plain files of a folder by name; names that begin with a dot are the partner's own business."""
        with self._answers(f"listing {folder}"):
            entries = self._session.listdir_attr(folder)
        plain = (entry for entry in entries if not stat.S_ISDIR(entry.st_mode or 0) and entry.filename[0] != ".")
        return sorted((_seen(f"{folder.rstrip('/')}/{entry.filename}", entry) for entry in plain), key=_by_path)

    def _open(self, path: str, mode: str) -> paramiko.SFTPFile:
        remote = self._session.open(path, mode)
        remote.__class__ = _PromptFile
        remote.MAX_REQUEST_SIZE = CHUNK
        return remote

    def _same_so_far(self, local: BinaryIO, path: str) -> int:
        """How many bytes of the file are already there and right; 0 where that cannot be told."""
        try:
            there = self.size(path)
            if not there or there > os.fstat(local.fileno()).st_size or self.sha256(path) != _digest(local, there):
                return 0
        except PartnerRefused:  # a mailbox that may only be written
            return 0
        return there

    @contextmanager
    def _answers(self, doing: str, *, writing: bool = False) -> Iterator[None]:
        """Turn what paramiko raises into our faults; a refused write without a reason is a lack of room."""
        doing = f"{self._name}: {doing}"
        try:
            yield
        except TimeoutError as error:
            raise PartnerAway(f"{doing}: no answer for {self._seconds:g} s; it is tried again.") from error
        except PermissionError as error:
            raise PartnerRefused(f"{doing} is refused: permission denied; ask the partner to allow it.") from error
        except FileNotFoundError as error:
            raise PartnerRefused(f"{doing} is refused: no such file or folder; compare practice.yaml.") from error
        except (SSHException, SFTPError, EOFError) as error:
            raise PartnerAway(f"{doing}: the line was cut; it is tried again.") from error
        except OSError as error:
            if error.errno is not None or self._channel.closed:
                raise PartnerAway(f"{doing}: the line was cut; it is tried again.") from error
            if writing or any(word in str(error).lower() for word in FULL):
                raise PartnerFull(f"{doing}: the partner has no room (disk or quota); it is tried again.") from error
            raise PartnerRefused(f"{doing} is refused: the server answers `failure`; ask the partner.") from error


def _blocks(remote: paramiko.SFTPFile, size: int) -> Iterator[bytes]:
    """The first `size` bytes, asked for in groups: with all asked for at once paramiko slows down."""
    chunks = [(start, min(CHUNK, size - start)) for start in range(0, size, CHUNK)]
    for first in range(0, len(chunks), AHEAD):
        yield from remote.readv(chunks[first : first + AHEAD])


def _keep(blocks: Iterable[bytes], into: Path) -> None:
    try:
        kept = into.open("wb")
    except OSError as error:
        raise _full(into) from error
    with kept:
        for block in blocks:
            try:
                kept.write(block)
                kept.flush()
            except OSError as error:
                raise _full(into) from error


def _full(into: Path) -> ArchiveFull:
    return ArchiveFull(f"{into.parent}: nothing more can be written there; make room, then it is tried again.")


def _digest(local: BinaryIO, size: int) -> str:
    """Of the first bytes of a local file."""
    digest = hashlib.sha256()
    local.seek(0)
    while size > 0 and (block := local.read(min(size, 1 << 20))):
        digest.update(block)
        size -= len(block)
    return digest.hexdigest()


def _seen(path: str, attributes: paramiko.SFTPAttributes) -> RemoteFile:
    return RemoteFile(path, attributes.st_size or 0, attributes.st_mtime or 0)


def _by_path(file: RemoteFile) -> str:
    return file.path
