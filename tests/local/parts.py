"""Harmless processes that pass for parts of a state."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

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


def told(log: Path) -> str:
    """What a part wrote, once it wrote something."""
    assert until(lambda: log.exists() and log.read_text().endswith("\n"))
    return log.read_text().strip()
