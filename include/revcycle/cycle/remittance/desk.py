"""With what money is posted and decisions on it are carried out."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from revcycle.foundation.archive import Archive
from revcycle.foundation.store.runs import Step


@dataclass(frozen=True)
class Desk:
    """The database, the archive, the day entries are dated, and the run it is done in."""

    engine: Engine
    archive: Archive
    day: date
    now: datetime
    step: Step
