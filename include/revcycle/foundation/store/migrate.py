"""Bring a practice database to the schema of this checkout."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

LOCK = 7_203_001  # one migration at a time, whoever starts it


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply what is missing up to a revision, in one transaction; a database that is up to date is left alone."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
