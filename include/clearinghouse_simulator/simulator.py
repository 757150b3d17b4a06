"""The simulator as one object: a folder, a port, and a thread in which everything happens."""

import asyncio
import fcntl
import logging
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncssh

from clearinghouse_simulator import keys
from clearinghouse_simulator.clearinghouse import Clearinghouse
from clearinghouse_simulator.desk import Desk
from clearinghouse_simulator.door import Credentials, Door
from clearinghouse_simulator.faults import Fault, FaultBook
from clearinghouse_simulator.folders import PartnerFolders
from clearinghouse_simulator.growth import Growth
from clearinghouse_simulator.mailbox import Mailbox
from clearinghouse_simulator.marked import ScenarioUnusable, checked_value
from clearinghouse_simulator.memory import Answer, Memory, ReceivedFile
from clearinghouse_simulator.payments.cashier import Cashier
from clearinghouse_simulator.payments.memory import Payment
from clearinghouse_simulator.payments.truth import TruthFile
from clearinghouse_simulator.scenario import DEFAULT, Scenario, instant, load

HOST = "127.0.0.1"

log = logging.getLogger(__name__)


class FolderInUse(Exception):
    """Another simulator works in the folder."""


class Simulator:
    """A clearinghouse with its payers, as a context manager. On the same folder again, it forgets nothing.

    `scenario`: a file, a mapping, a Scenario, or None for the default. `now`: the time of the answers; else the
    instant in the file `now` of the folder, else the scenario's, else the clock's. Delays are real seconds always.

    Raises: ScenarioUnusable, FolderInUse, OSError (the port), KeyUnusable.
    """

    def __init__(
        self,
        folder: Path,
        scenario: Scenario | Path | dict[str, Any] | None = None,
        *,
        host: str = HOST,
        port: int = 0,
        now: datetime | None = None,
        user: str = "practice",
        password: str | None = None,
        authorized_keys: Path | None = None,
        host_key: Path | None = None,
    ) -> None:
        self.folder = folder
        self.host, self.port, self.user, self.now = host, port, user, now
        self.password, self.password_file = password or "", None if password else folder / "password"
        self._scenario = _scenario(scenario)
        self._authorized_keys = authorized_keys
        self._key_file = host_key or folder / "host_key"
        self._faults = FaultBook(self._scenario.faults)
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._made = 0
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            self._lock(undo)
            self._mailbox = Mailbox(self.folder)
            self._memory = Memory(self.folder / "memory.sqlite", self._mailbox.received)
            undo.callback(self._memory.close)
            self._truth = TruthFile(self.folder / "truth.jsonl")
            if self.password_file:
                self.password = keys.kept_password(self.password_file)
            self._credentials = Credentials(self.user, self.password, keys.authorized(self._authorized_keys))
            self._key = keys.host_key(self._key_file)
            self._start_thread(undo)
            self._exits = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    @property
    def host_key(self) -> str:
        """The public host key as OpenSSH writes it."""
        return keys.public_text(self._key)

    @property
    def accepted(self) -> Counter[str]:
        """How often each claim (CLM01) was taken into adjudication."""
        return self._memory.claims(accepted=True)

    @property
    def rejected(self) -> Counter[str]:
        """How often each claim (CLM01) was refused, at whatever level."""
        return self._memory.claims(accepted=False)

    @property
    def files(self) -> list[ReceivedFile]:
        """Every file picked up, in order."""
        return self._memory.files()

    @property
    def answers(self) -> list[Answer]:
        """Every answer, delivered or waiting, in the order of their delivery."""
        return self._memory.answers()

    @property
    def payments(self) -> list[Payment]:
        """Every 835 that was written, in the order of appearance."""
        return self._memory.payments.payments()

    @property
    def truth(self) -> list[dict[str, Any]]:
        """What a correct reader makes of each of them, as in `truth.jsonl`."""
        return self._truth.entries()

    @property
    def fired(self) -> Counter[str]:
        """How often each kind of fault happened."""
        return self._faults.fired

    @property
    def inbound(self) -> Path:
        """The local folder behind /inbound."""
        return self._mailbox.inbound

    @property
    def outbound(self) -> Path:
        """The local folder behind /outbound."""
        return self._mailbox.outbound

    def settle(self, timeout: float = 30.0) -> None:
        """Wait until all that was taken is answered and every answer and payment due is in /outbound."""
        self._run(self._desk.settle(), timeout)

    def collect(self) -> None:
        """Pick up now all that stands in /inbound under a final name."""
        self._call(self._desk.collect)

    def release(self) -> None:
        """Deliver the delayed answers now."""
        self.settle()
        self._memory.make_due()
        self._call(self._desk.deliver_due)

    def pay(self, timeout: float = 120.0) -> None:
        """Write out now every payment that is promised, whatever its day."""
        self.settle()
        self._run(self._desk.pay(everything=True), timeout)

    def add_fault(self, **keys_of_fault: Any) -> Fault:
        """Let something go wrong from now on; the keys are those of a fault in a scenario."""
        fault = checked_value(Fault, keys_of_fault)
        self._faults.add(fault)
        return fault

    def clear_faults(self) -> None:
        """Let nothing go wrong any more; what already hangs goes on hanging."""
        self._faults.replace([])

    def change_host_key(self) -> None:
        """Show another host key to every new connection."""
        self._call(self._change_host_key)

    def use(self, scenario: Scenario | Path | dict[str, Any] | None) -> None:
        """Go on under another scenario; its faults replace those in force."""
        self._scenario = _scenario(scenario)
        self._faults.replace(self._scenario.faults)

    def drop_connections(self) -> None:
        """Cut every open connection."""
        self._call(self._abort_all)

    def _lock(self, undo: ExitStack) -> None:
        lock = undo.enter_context((self.folder / "lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(f"{self.folder}: another simulator works in this folder.") from None

    def _start_thread(self, undo: ExitStack) -> None:
        ready, failed = threading.Event(), list[BaseException]()
        thread = threading.Thread(target=self._thread, args=(ready, failed), name="simulator", daemon=True)
        thread.start()
        ready.wait()
        if failed:
            thread.join()
            raise failed[0]
        undo.callback(thread.join)
        undo.callback(lambda: self._loop.call_soon_threadsafe(self._stop.set))

    def _thread(self, ready: threading.Event, failed: list[BaseException]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except Exception as error:  # handed to the thread that waits
            failed.append(error)
        finally:
            ready.set()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop, growth = asyncio.get_running_loop(), asyncio.Event(), Growth()
        clearinghouse = Clearinghouse(self._mailbox, self._memory, lambda: self._scenario, self._instant)
        cashier = Cashier(self._mailbox, self._memory, self._truth, lambda: self._scenario, self._instant)
        self._desk = Desk(self._mailbox, self._memory, clearinghouse, cashier, lambda: self._scenario)
        self._acceptor = await asyncssh.listen(
            self.host,
            self.port,
            server_factory=self._new_connection,
            server_host_keys=[self._key],
            sftp_factory=lambda channel: PartnerFolders(channel, self._desk, self._faults, growth),
        )
        self.port = self._acceptor.get_port()
        try:
            self._desk.open()
            ready.set()
            await self._stop.wait()
        finally:
            self._acceptor.close()
            self._abort_all()
            self._desk.close()

    def _new_connection(self) -> Door:
        self._made += 1
        change = self._scenario.host_key
        if change and self._made == change.changes_after:
            self._loop.call_soon(self._change_host_key)
        return Door(self._credentials, self._faults, self._connections)

    def _change_host_key(self) -> None:
        self._key = keys.new_host_key(self._key_file)
        self._acceptor.update(server_host_keys=[self._key])

    def _abort_all(self) -> None:
        for connection in list(self._connections):
            connection.abort()

    def _instant(self) -> datetime:
        told = self.folder / "now"
        if self.now:
            return self.now
        if told.exists():
            try:
                return instant(told.read_text("utf-8"))
            except ValueError as error:
                raise ScenarioUnusable(f"{told}: {error}.") from None
        return self._scenario.now or datetime.now(UTC)

    def _call(self, action: Callable[[], None]) -> None:
        async def act() -> None:
            action()

        self._run(act(), 30.0)

    def _run(self, work: Coroutine[Any, Any, None], timeout: float) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)


def _scenario(given: Scenario | Path | dict[str, Any] | None) -> Scenario:
    if isinstance(given, Scenario):
        return given
    return checked_value(Scenario, given) if isinstance(given, dict) else load(given or DEFAULT)
