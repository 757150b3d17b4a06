"""A database put back as it was, while the archive has gone on: what the restore of an older backup leaves."""

from pathlib import Path

from sqlalchemy import Engine

from revcycle.foundation.store.engine import plain_url
from revcycle.local import backup
from revcycle.local.databases import Databases


class Dump:
    """The practice database at the moment this is made, as `./revcycle backup` dumps it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._url, self._file = engine, plain_url(engine), folder / "practice.dump"
        backup._run("pg_dump", self._url, "--format=custom", f"--file={self._file}")

    def put_back(self) -> None:
        """Make the database what it was."""
        self._engine.dispose()
        backup._replace_database(Databases(self._url, self._url, None), "practice", self._file)
