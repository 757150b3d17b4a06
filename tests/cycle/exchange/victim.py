"""Verbs of the exchange in a process of their own, which ends itself at a named point, or may write no more there.

The children are forked from a small server process that has everything imported: a start takes hundredths of a second.
"""

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from revcycle.cycle.exchange import Login, collect, open_mailbox, publish
from revcycle.foundation.archive import Archive
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.store import connect
from revcycle.foundation.store.engine import plain_url
from tests.cycle.exchange.practice import NOW, PARTNER, STEP, Practice

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Where:
    """What the child needs to find database, archive and partner."""

    url: str
    archive: Path
    login: Login
    partner: dict[str, Any]


def start(practice: Practice, verb: str, act: str, point: str, **given: Any) -> BaseProcess:
    """Run `publish` or `collect` in a child that does `act` when it reaches `point`: kill, full or stop."""
    os.environ["PYTHONPATH"] = os.pathsep.join(str(ROOT / part) for part in ("include", "plugins", "."))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.cycle.exchange.victim"])
    partner = practice.partner.model_dump(mode="json")
    where = Where(plain_url(practice.engine), practice.archive.root, practice.login(), partner)
    child = context.Process(target=_run, args=(where, verb, act, point, given))
    child.start()
    return child


def ended(child: BaseProcess) -> int:
    """How the child ended: 0, 1 for an error, -9 when it was killed."""
    child.join(30)
    assert child.exitcode is not None
    return child.exitcode


def _run(where: Where, verb: str, act: str, point: str, given: dict[str, Any]) -> None:
    engine = connect(where.url)
    archive = Archive(where.archive)
    settings = TradingPartner.model_validate(where.partner)

    def reach(reached: str) -> None:
        if reached == point:
            ACTS[act]()

    how: dict[str, Any] = {"now": NOW, "step": STEP, "reach": reach} | given

    def box() -> Any:
        return open_mailbox(where.login, settings, seconds=5)

    try:
        if verb == "publish":
            publish(engine, archive, how.pop("interchange"), box, state_holds_sample=True, **how)
        else:
            collect(engine, archive, PARTNER, box, interval=0, sleep=lambda _: None, **how)
    except Exception:
        os._exit(1)
    os._exit(0)


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _no_room() -> None:
    """From here on a file can have a few bytes only: what a full disk does, without filling one."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))


ACTS: dict[str, Callable[[], None]] = {"kill": _kill, "full": _no_room}
