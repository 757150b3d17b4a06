"""How the exchange with partners stands: what may not be sent, waits, is in doubt, overdue, or could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, text

from revcycle.cycle.exchange.unsent import EVERYTHING, Unsent, unsent
from revcycle.cycle.remittance.unposted import oldest_unposted
from revcycle.foundation.archive import Archive
from revcycle.foundation.register import why_refused

PAUSED = f"""
SELECT CASE payer WHEN '' THEN '{EVERYTHING}' ELSE payer END FROM outage
WHERE closed_at IS NULL AND state <> 'closed' ORDER BY payer
"""
IN_DOUBT = "SELECT partner, isa13 FROM interchange WHERE state = 'in_doubt' ORDER BY partner, isa13"
OVERDUE = "SELECT count(*) FROM expected_answer WHERE met_by IS NULL AND alarmed_at IS NOT NULL"
QUARANTINED = "SELECT count(*) FROM quarantine WHERE cleared_at IS NULL"
# A file stays quarantined in the register for good: what is to be done about it is what its items say.
UNUSABLE = """
WITH told AS (
    SELECT w.queue, w.closed_at, w.cause_id AS file FROM work_item w WHERE w.cause_kind = 'quarantined_file'
    UNION ALL
    SELECT w.queue, w.closed_at, s.file_id FROM work_item w JOIN remittance_sighting s ON s.remittance_id = w.cause_id
    WHERE w.cause_kind = 'quarantined_remittance'
)
SELECT queue, count(DISTINCT file) AS files FROM (
    SELECT queue, file FROM told WHERE closed_at IS NULL
    UNION ALL
    SELECT CASE kind WHEN '835' THEN 'biller' ELSE 'ops' END, id FROM received_file
    WHERE state = 'quarantined' AND id NOT IN (SELECT file FROM told)
) AS standing GROUP BY queue ORDER BY queue
"""
READ_AGAIN = {"ops": ", and ./revcycle reapply reads one again"}  # of the billers' files a mended one must come


@dataclass(frozen=True)
class Standing:
    """`paused`: payers whose claims are not sent, or `everything`; `in_doubt`: partner and ISA13.

    `behind` is why nothing is sent after a restore, `waiting` what is prepared and not sent.
    `quarantined` are records of deliveries, `unusable` the files of partners that each queue has to see to.
    `oldest_unposted`: of each payer, since when its oldest remittance waits or is quarantined.
    """

    behind: str = ""
    paused: tuple[str, ...] = ()
    waiting: tuple[Unsent, ...] = ()
    in_doubt: tuple[str, ...] = ()
    overdue: int = 0
    quarantined: int = 0
    unusable: Mapping[str, int] = field(default_factory=dict)
    oldest_unposted: Mapping[str, datetime] = field(default_factory=dict)

    def sentences(self) -> list[str]:
        """What a person should know, each with what to do."""
        said = [self.behind] if self.behind else []
        said += [f"Sending of {one} is paused; ./revcycle pause-sending off{_of(one)} ends it." for one in self.paused]
        said += [one.sentence for one in self.waiting]
        said += [
            f"Interchange {one} is in doubt; ./revcycle work list says until when to wait." for one in self.in_doubt
        ]
        if self.overdue:
            said.append(f"{self.overdue} answers are overdue; ./revcycle work list names them.")
        if self.quarantined:
            said.append(f"{self.quarantined} records are in quarantine: ./revcycle work quarantine.")
        said += [
            f"{files} files of partners are in quarantine; ./revcycle work list --queue {queue} says why"
            f"{READ_AGAIN.get(queue, '')}."
            for queue, files in self.unusable.items()
        ]
        said += [
            f"The oldest unposted remittance of {payer} is of {since:%Y-%m-%d}; ./revcycle work list tells why."
            for payer, since in self.oldest_unposted.items()
        ]
        return said


def _of(paused: str) -> str:
    return "" if paused == EVERYTHING else f" --payer {paused}"


def standing_of(engine: Engine, archive: Archive) -> Standing:
    """As the practice database has it now; nothing stands in one that no `up` has made yet.

    Raises: sqlalchemy.exc.OperationalError where it does not answer.
    """
    with engine.connect() as connection:
        if connection.execute(text("SELECT to_regclass('remittance')")).scalar() is None:
            return Standing()
        return Standing(
            behind=why_refused(connection, archive),
            paused=tuple(connection.scalars(text(PAUSED))),
            waiting=tuple(unsent(connection)),
            in_doubt=tuple(f"{row.partner} {row.isa13:09}" for row in connection.execute(text(IN_DOUBT))),
            overdue=connection.execute(text(OVERDUE)).scalar_one(),
            quarantined=connection.execute(text(QUARANTINED)).scalar_one(),
            unusable={row.queue: row.files for row in connection.execute(text(UNUSABLE))},
            oldest_unposted=oldest_unposted(connection, archive),
        )
