"""What a fault does to the one who is on the connection."""

import asyncio
from collections.abc import Callable

import asyncssh

from clearinghouse_simulator.faults import Fault

_REFUSALS: dict[str, Callable[[str], asyncssh.SFTPError]] = {
    "failure": asyncssh.SFTPFailure,
    "unsupported": asyncssh.SFTPOpUnsupported,
    "permission": asyncssh.SFTPPermissionDenied,
    "disk_full": asyncssh.SFTPNoSpaceOnFilesystem,
    "no_such_file": asyncssh.SFTPNoSuchFile,
    "exists": asyncssh.SFTPFileAlreadyExists,
}


async def suffer(fault: Fault, connection: asyncssh.SSHServerConnection) -> None:
    """Let a fault happen to the one on the connection. Returns only where the operation goes on.

    Raises: asyncssh.SFTPError, which is the answer, or ends an operation whose client is gone.
    """
    match fault.fault:
        case "slow":
            await asyncio.sleep(fault.seconds)
        case "refuse":
            raise _REFUSALS[fault.error](fault.error)
        case "drop":
            connection.abort()
            await connection.wait_closed()  # before the next operation is begun
            raise asyncssh.SFTPConnectionLost("cut")
        case "stall":
            await connection.wait_closed()
            raise asyncssh.SFTPConnectionLost("the client gave up")
