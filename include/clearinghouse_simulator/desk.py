"""Between the server and the clearinghouse: when files are picked up, and when answers and payments appear."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from clearinghouse_simulator.clearinghouse import Clearinghouse
from clearinghouse_simulator.mailbox import Mailbox
from clearinghouse_simulator.marked import ScenarioUnusable
from clearinghouse_simulator.memory import Memory
from clearinghouse_simulator.payments.cashier import Cashier
from clearinghouse_simulator.scenario import Scenario

LOOKS_SECONDS = 0.25
"""How often it looks whether the time of payments has come: it may be moved by whoever writes the file `now`."""

log = logging.getLogger(__name__)


class Desk:
    """Lives on the server's event loop; answering and paying, which take seconds, are done by one thread beside it."""

    def __init__(
        self,
        mailbox: Mailbox,
        memory: Memory,
        clearinghouse: Clearinghouse,
        cashier: Cashier,
        scenario: Callable[[], Scenario],
    ) -> None:
        self.mailbox = mailbox
        self._memory = memory
        self._clearinghouse = clearinghouse
        self._cashier = cashier
        self._scenario = scenario
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="clearinghouse")
        self._jobs: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._paying: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Go on where the last run stopped."""
        for taken in self.mailbox.unanswered():
            self._begin(taken)
        self.deliver_due()
        self._paying = asyncio.get_running_loop().create_task(self._pay_when_due())
        if self._scenario().collect != "never":
            self.changed()

    def close(self) -> None:
        """Finish what is being answered; the rest waits for the next start."""
        if self._timer:
            self._timer.cancel()
        if self._paying:
            self._paying.cancel()
        self._worker.shutdown(cancel_futures=True)

    def changed(self, path: str | None = None, *, at_once: bool = False) -> None:
        """A file under a final name was closed or renamed: pick it up now or later, as the scenario says."""
        collect = self._scenario().collect
        if path is not None and (at_once or collect == "instantly"):
            self.take(path.rpartition("/")[2])
        elif isinstance(collect, float):
            # A little more than the time itself: the file's clock and ours may differ by a tick.
            asyncio.get_running_loop().call_later(collect + 0.05, self.collect, collect)
        elif collect == "instantly":
            self.collect()

    def collect(self, unchanged_for: float = 0.0) -> None:
        """Pick up everything that has a final name."""
        for name in self.mailbox.waiting(unchanged_for=unchanged_for):
            self.take(name)

    def take(self, name: str) -> None:
        """Pick up one file: it is gone from /inbound when this returns."""
        self._begin(self.mailbox.take(name))

    def deliver_due(self) -> None:
        """Let answers whose time has come appear, and look again when the next one is due."""
        for answer, name, body in self._memory.due(time.time()):
            self.mailbox.deliver(name, body)
            self._memory.delivered(answer)
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self._memory.next_due()
        if due is not None:
            wait = max(due - time.time(), 0.01)
            self._timer = asyncio.get_running_loop().call_later(wait, self.deliver_due)

    async def settle(self) -> None:
        """Wait until everything taken is answered and every answer due has appeared.

        Raises: what the answering of a file raised.
        """
        while self._jobs:
            await asyncio.gather(*self._jobs)
        self.deliver_due()
        await self.pay()

    async def pay(self, *, everything: bool = False) -> None:
        """Write out the payments that are due, or with `everything` all that are promised."""
        await asyncio.get_running_loop().run_in_executor(
            self._worker, partial(self._cashier.pay, everything=everything)
        )

    async def _pay_when_due(self) -> None:
        said = ""
        while True:
            try:
                await self.pay()
                said = ""
            except Exception as error:  # told once, and tried again: the next look may find what this one lacked
                if _reason(error) != said:
                    said = _reason(error)
                    log.error("payments could not be written: %s", said)
            await asyncio.sleep(LOOKS_SECONDS)

    def _begin(self, taken: Path) -> None:
        job = asyncio.get_running_loop().create_task(self._answer(taken))
        self._jobs.add(job)
        job.add_done_callback(self._done)

    async def _answer(self, taken: Path) -> None:
        await asyncio.get_running_loop().run_in_executor(self._worker, self._clearinghouse.answer, taken)
        self.deliver_due()

    def _done(self, job: asyncio.Task[None]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and (error := job.exception()):
            log.error("a file could not be answered; it stays in taken/ until the next start: %s", _reason(error))


def _reason(error: BaseException) -> str:
    """Only our own sentences are known to hold nothing of the file."""
    return str(error) if isinstance(error, ScenarioUnusable) else type(error).__name__
