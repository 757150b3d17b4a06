"""Airflow's metadata database: migrated when the installed Airflow or the database is another than last time."""

import contextlib
import json
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from urllib.parse import urlsplit

import psycopg

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.local.environment import airflow
from revcycle.local.log_files import part_log


def migrate(state: State, url: str, environment: Mapping[str, str]) -> bool:
    """Bring the metadata database to the installed Airflow; returns whether there was anything to do.

    `airflow db migrate` takes 8 s even with nothing to do, so what it left is noted.

    Raises: ServiceUnavailable with the log's path.
    """
    note = state.airflow_home / "migrated.json"
    if note.exists() and json.loads(note.read_text()) == _standing(url):
        return False
    state.airflow_home.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = part_log(state, "migrate")
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("ab") as output:
        done = subprocess.run(
            airflow("db", "migrate"),
            check=False,
            env=environment,
            cwd=state.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            umask=0o077,
        )
    if done.returncode:
        raise ServiceUnavailable(f"Airflow's metadata database could not be migrated; see {log}.")
    note.write_text(json.dumps(_standing(url)))
    return True


def _standing(url: str) -> dict[str, str | None]:
    """The installed Airflow, and the revision its database is at (None: unknown)."""
    revision = None
    with (
        contextlib.suppress(psycopg.Error),
        psycopg.connect(urlsplit(url)._replace(scheme="postgresql").geturl()) as db,
    ):
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        revision = str(row[0]) if row else None
    return {"airflow": version("apache-airflow-core"), "revision": revision}
