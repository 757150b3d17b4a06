"""Debian's OpenSSH server on loopback, as an unprivileged process with its own configuration, keys and port."""

import getpass
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SSHD = Path("/usr/sbin/sshd")
ACCOUNT = "daemon"  # of every Debian; the server runs under it where root starts it
CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True)
class OpenSsh:
    """A running server; `folder` can be written by it, `files` is for what is exchanged."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    port: int
    user: str

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def host_key(self) -> str:
        return " ".join((self.folder / "host.pub").read_text().split()[:2])

    @property
    def private_key(self) -> str:
        return (self.folder / "user").read_text()

    def client(self, batch: str) -> None:
        """Run OpenSSH's own `sftp` client with these commands."""
        options = ["StrictHostKeyChecking=yes", f"UserKnownHostsFile={self.folder}/known_hosts", "IdentitiesOnly=yes"]
        command = ["sftp", "-q", "-b", "-", "-i", str(self.folder / "user"), "-P", str(self.port)]
        command += [part for option in options for part in ("-o", option)]
        target = f"{self.user}@127.0.0.1:{self.files}/"
        done = subprocess.run([*command, target], input=batch.encode(), capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"sftp: {done.stderr.decode()}")


@contextmanager
def openssh(folder: Path) -> Iterator[OpenSsh]:
    """Start the server in an empty folder that every account may enter, and end it."""
    (folder / "files").mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "config").write_text(CONFIG.format(folder=folder, port=port))
    host_key = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}\n")
    root = os.getuid() == 0
    account = pwd.getpwnam(ACCOUNT) if root else pwd.getpwnam(getpass.getuser())
    if root:
        for path in (folder, folder / "files", folder / "host"):
            os.chown(path, account.pw_uid, account.pw_gid)
    process = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(folder / "config")],
        stderr=(folder / "log").open("wb"),
        **({"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if root else {}),
    )
    try:
        _wait(port, process)
        yield OpenSsh(process, folder, port, account.pw_name)
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("OpenSSH's server did not start")
