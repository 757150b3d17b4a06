"""A posting in a process of its own, which is killed after a named step.

The children are forked from a small server process that has everything imported: a start takes hundredths of a second.
"""

import importlib
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

from revcycle.cycle.remittance.post import post
from revcycle.foundation.archive import Archive
from revcycle.foundation.store import connect
from revcycle.foundation.store.engine import plain_url
from revcycle.foundation.store.runs import Step
from tests.cycle.remittance.cashier import Cashier
from tests.deliveries import NOW, TODAY

ROOT = Path(__file__).resolve().parents[3]


def killed_after(cashier: Cashier, module: str, name: str, file: int) -> bool:
    """Post a received file in a child that is killed when this step of its first set is done; False if it never was."""
    os.environ["PYTHONPATH"] = os.pathsep.join(str(ROOT / part) for part in ("include", "plugins", "."))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.cycle.remittance.victim"])
    where = (plain_url(cashier.engine), cashier.archive.root, cashier.biller.step("post"))
    child = context.Process(target=_run, args=(where, (module, name), file))
    child.start()
    child.join(30)
    return child.exitcode == -signal.SIGKILL


def _run(where: tuple[str, Path, Step], last_step: tuple[str, str], file: int) -> None:
    (url, archive, step), (module, name) = where, last_step
    room = importlib.import_module(module)
    real = getattr(room, name)

    def last(*args: Any, **more: Any) -> None:
        real(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(room, name, last)
    post(connect(url), Archive(archive), file, day=TODAY, now=NOW, step=step)
