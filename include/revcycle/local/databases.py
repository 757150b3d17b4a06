"""The two databases of a state: the practice's and Airflow's metadata, embedded unless the environment names others."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from revcycle.foundation.state import State
from revcycle.foundation.store.embedded import ADDRESS, EmbeddedPostgres
from revcycle.local.secrets import Secrets, read_secrets, write_private

PRACTICE, METADATA = "revcycle", "airflow"
PRACTICE_VARIABLE = "REVCYCLE_DATABASE_URL"
METADATA_VARIABLE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


@dataclass(frozen=True)
class Databases:
    """Connection URLs with their passwords: for environments and drivers, never for a command line or a log."""

    practice: str
    metadata: str
    server: EmbeddedPostgres | None  # None when both are somebody else's

    def running(self) -> bool:
        """Whether the embedded server runs; somebody else's is theirs to watch."""
        return self.server is None or self.server.running()


def databases(state: State, report: Callable[[str], None] = lambda _: None) -> Databases:
    """The databases as configured, started or not; makes nothing, so the passwords are empty before the first start."""
    given = {name: os.environ.get(name) for name in (PRACTICE_VARIABLE, METADATA_VARIABLE)}
    secrets = read_secrets(state) if state.secrets_json.exists() else Secrets(revcycle="", airflow="")
    server = None if all(given.values()) else EmbeddedPostgres(state.postgres, report)

    def url(variable: str, name: str) -> str:
        if server is None or given[variable]:
            return str(given[variable])
        return server.url(name, name, getattr(secrets, name))

    return Databases(url(PRACTICE_VARIABLE, PRACTICE), url(METADATA_VARIABLE, METADATA), server)


def start_databases(state: State, report: Callable[[str], None] = lambda _: None) -> Databases:
    """Start the embedded server where one is needed, with both databases in it; idle when all is there.

    Raises: ServiceUnavailable.
    """
    secrets = read_secrets(state)
    server = databases(state, report).server
    if server is not None:
        if not server.running():
            report("Starting PostgreSQL ...")
        server.start()
        server.ensure_database(PRACTICE, secrets.revcycle)
        server.ensure_database(METADATA, secrets.airflow)
        lines = (f"{ADDRESS}:{server.port}:{n}:{n}:{getattr(secrets, n)}\n" for n in (PRACTICE, METADATA))
        write_private(pgpass_file(state), "".join(lines))
    return databases(state, report)


def pgpass_file(state: State) -> Path:
    """The owners' passwords as libpq reads them: `PGPASSFILE=... psql URL`."""
    return state.root / "pgpass"


def without_password(url: str) -> str:
    """A connection URL fit to be shown."""
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{place}" if user else place))
