"""Who read or changed which patient's data through the worklist: 45 CFR 164.312(b), audit controls."""

from datetime import datetime

from sqlalchemy import Connection, insert

from revcycle.foundation.store.tables import access_log

SHELL = "shell"


def log_access(
    connection: Connection,
    *,
    at: datetime,
    who: str,
    what: str,
    patient_id: int | None = None,
    run_id: int | None = None,
) -> None:
    """One row of the access log; without a patient it was a list of many, without a run a look and no change."""
    row = {"at": at, "who": who, "what": what, "patient_id": patient_id, "origin": SHELL, "run_id": run_id}
    connection.execute(insert(access_log), row)
