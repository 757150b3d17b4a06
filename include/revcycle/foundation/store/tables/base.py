"""What every table shares: names of constraints, the run that wrote a row, and how a versioned table keeps history."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def surrogate() -> Column[int]:
    """A key of ours without meaning; it never leaves the database."""
    return Column("id", BigInteger, Identity(), primary_key=True)


def of_run(*, in_bulk: bool = False) -> Column[int]:
    """Which run wrote the row: any run can be traced and undone by it.

    Rows that come by the hundred thousand name their run without a foreign key: the run's row is written by the same
    transaction, and a check for each row would take longer than the rows.
    """
    return Column("run_id", BigInteger, *([] if in_bulk else [ForeignKey("run.id")]), nullable=False)


def written_by(*, in_bulk: bool = False) -> list[Column[Any]]:
    """Which run wrote the row, and when."""
    recorded_at = Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now())
    return [of_run(in_bulk=in_bulk), recorded_at]


def words(name: str) -> Column[str]:
    """Text that is empty where nothing is known, never null: a null in a join key loses rows silently."""
    return Column(name, Text, nullable=False, server_default=text("''"))


def versioned(name: str, key: tuple[str, ...], *columns: Any, comment: str) -> Table:
    """A table in which a change is a new row; the current row of a key has no `superseded_at`."""
    table = Table(
        name,
        metadata,
        surrogate(),
        *columns,
        Column("version", Integer, nullable=False),
        Column("superseded_at", DateTime(timezone=True)),
        *written_by(),
        UniqueConstraint(*key, "version"),
        comment=comment,
    )
    Index(
        f"uq_{name}_current",
        *(table.c[column] for column in key),
        unique=True,
        postgresql_where=text("superseded_at IS NULL"),
    )
    return table
