"""A partner's SFTP client, and short ways to give a simulator files and to read its answers."""

import base64
import io
from collections.abc import Callable

import paramiko

from clearinghouse_simulator import Simulator
from tests.clearinghouse_simulator.partner_files import segments


class Client:
    """An SFTP session that trusts one host key only and does not wait long."""

    def __init__(self, simulator: Simulator, *, password: str | None = None, key: paramiko.PKey | None = None) -> None:
        self._ssh = paramiko.SSHClient()
        host_key = paramiko.Ed25519Key(data=base64.b64decode(simulator.host_key.split()[1]))
        self._ssh.get_host_keys().add(f"[{simulator.host}]:{simulator.port}", "ssh-ed25519", host_key)
        self._ssh.connect(
            simulator.host,
            simulator.port,
            simulator.user,
            None if key else password or simulator.password,
            key,
            look_for_keys=False,
            allow_agent=False,
            timeout=5,
            auth_timeout=2,
        )
        self.sftp = self._ssh.open_sftp()
        self.sftp.get_channel().settimeout(1)

    def upload(self, data: bytes, name: str = "claims.837") -> None:
        """Write under a temporary name, then rename: as a careful partner does."""
        self.sftp.putfo(io.BytesIO(data), f"/inbound/tmp/{name}", confirm=False)
        self.sftp.rename(f"/inbound/tmp/{name}", f"/inbound/{name}")

    def download(self, path: str) -> bytes:
        with self.sftp.open(path) as file:
            return file.read()

    def close(self) -> None:
        self._ssh.close()


Simulate = Callable[..., Simulator]
Connect = Callable[..., Client]


def give(simulator: Simulator, *files: bytes) -> None:
    """Lay files into /inbound, one after the other, and wait for the answers that are due."""
    for data in files:
        (simulator.inbound / f"claims-{len(simulator.files)}.837").write_bytes(data)
        simulator.collect()
        simulator.settle()


def answer(simulator: Simulator, kind: str, at: int = -1) -> list[list[str]]:
    """The segments of an answer of that kind, the last one unless said otherwise."""
    names = [one.name for one in simulator.answers if one.kind == kind]
    return segments((simulator.outbound / names[at]).read_bytes())


def kinds(simulator: Simulator) -> list[str]:
    """The kinds of all answers, in the order of delivery."""
    return [one.kind for one in simulator.answers]


def only(found: list[list[str]], *ids: str) -> list[list[str]]:
    """The segments of those ids."""
    return [one for one in found if one[0] in ids]
