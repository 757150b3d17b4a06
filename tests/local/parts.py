"""Harmless processes that pass for parts of a state."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psutil

SLEEPER = [sys.executable, "-c", "import time; time.sleep(120)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(120)",
]
# starts a child with an environment of the child's own, then says its process id
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)'], env={}); "
    "print(child.pid, flush=True); time.sleep(120)",
]


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it becomes true within the time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def connections(processes: Iterable[psutil.Process], kind: str) -> list[Any]:
    """Every socket of the processes that still run (a database ends workers of its own at any time)."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found += process.net_connections(kind=kind)
    return found


def command_lines(processes: Iterable[psutil.Process]) -> str:
    """All words of the command lines of the processes that still run."""
    words: list[str] = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            words += process.cmdline()
    return " ".join(words)


def told(log: Path) -> str:
    """What a part wrote, once it wrote something."""
    assert until(lambda: log.exists() and log.read_text().endswith("\n"))
    return log.read_text().strip()
