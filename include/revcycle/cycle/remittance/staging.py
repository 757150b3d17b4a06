"""The tables of one transaction set on their way in: read to temporary tables, looked at, then written as facts.

Its details, the most rows and asked by nobody here, go to their table at once, under the id that the remittance will
have.
"""

import pyarrow as pa
from sqlalchemy import Connection, text

from revcycle.foundation.store.bulk import copy_in

TABLES = (
    "remittance_claim",
    "remittance_service",
    "remittance_adjustment",
    "provider_adjustment",
)
DETAIL = "remittance_detail"
RESERVE = "SELECT nextval(pg_get_serial_sequence('remittance', 'id'))"
FORGET = "DELETE FROM remittance_detail WHERE remittance_id = :remittance"
LEFT_OUT = {"id", "remittance_id", "run_id", "treatment", "treatment_reason"}
COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = ANY (:tables) AND column_name <> ALL (:left_out)
GROUP BY table_name
"""
# A session keeps them over its transactions: a file may hold thousands of sets.
STAGE = """
CREATE TEMP TABLE IF NOT EXISTS read_{table} ON COMMIT DELETE ROWS AS SELECT {columns} FROM {table} WITH NO DATA
"""


def prepare(connection: Connection) -> dict[str, str]:
    """Make the temporary tables `read_<table>`; returns the columns of each, as a list for SQL."""
    asked = {"tables": list(TABLES), "left_out": list(LEFT_OUT)}
    found = {table: ", ".join(names) for table, names in connection.execute(text(COLUMNS), asked)}
    for table, columns in found.items():
        connection.execute(text(STAGE.format(table=table, columns=columns)))
    return found


def reserve(connection: Connection) -> int:
    """The id of a remittance that will be written, or never."""
    return int(connection.execute(text(RESERVE)).scalar_one())


def take_in(connection: Connection, tables: dict[str, pa.Table], *, remittance: int, run_id: int) -> None:
    """Copy the tables of one part of a set."""
    for name, rows in tables.items():
        if name == DETAIL:
            of_set = rows.append_column("remittance_id", pa.repeat(remittance, rows.num_rows))
            copy_in(connection, DETAIL, of_set.append_column("run_id", pa.repeat(run_id, rows.num_rows)))
        else:
            copy_in(connection, f"read_{name}", rows)


def forget_details(connection: Connection, remittance: int) -> None:
    """The set is not posted: nothing of it stays."""
    connection.execute(text(FORGET), {"remittance": remittance})
