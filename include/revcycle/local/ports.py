"""Who has a port."""

import contextlib
import socket

import psutil

from revcycle.local.processes import STATE_VARIABLE


def holder(port: int) -> str | None:
    """What listens on a port of the loopback address, in words; None when it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return None
        except PermissionError:
            return "the system: ports below 1024 are root's"
        except OSError:
            return _listener(port) or "another program"


def free_above(port: int) -> int:
    """The next port that nobody has."""
    return next(candidate for candidate in range(port + 1, 65_536) if holder(candidate) is None)


def _listener(port: int) -> str | None:
    with contextlib.suppress(psutil.Error, PermissionError):
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                process = psutil.Process(connection.pid)
                state = process.environ().get(STATE_VARIABLE)
                return f"the Revcycle of state {state}" if state else f"{process.name()} (process {process.pid})"
    return None
