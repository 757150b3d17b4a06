"""How the exchange with partners stands: what is paused, in doubt, overdue, or could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, text

from revcycle.cycle.remittance.unposted import oldest_unposted
from revcycle.foundation.archive import Archive

EVERYTHING = "everything"
PAUSED = f"""
SELECT CASE payer WHEN '' THEN '{EVERYTHING}' ELSE payer END FROM outage
WHERE closed_at IS NULL AND state <> 'closed' ORDER BY payer
"""
IN_DOUBT = "SELECT partner, isa13 FROM interchange WHERE state = 'in_doubt' ORDER BY partner, isa13"
OVERDUE = "SELECT count(*) FROM expected_answer WHERE met_by IS NULL AND alarmed_at IS NOT NULL"
QUARANTINED = "SELECT count(*) FROM quarantine WHERE cleared_at IS NULL"
UNUSABLE = "SELECT count(*) FROM received_file WHERE state = 'quarantined'"


@dataclass(frozen=True)
class Standing:
    """`paused`: payers whose claims are not sent, or `everything`; `in_doubt`: partner and ISA13.

    `quarantined` are records of deliveries, `unusable` files of partners.
    `oldest_unposted`: of each payer, since when its oldest remittance waits or is quarantined.
    """

    paused: tuple[str, ...] = ()
    in_doubt: tuple[str, ...] = ()
    overdue: int = 0
    quarantined: int = 0
    unusable: int = 0
    oldest_unposted: Mapping[str, datetime] = field(default_factory=dict)

    def sentences(self) -> list[str]:
        """What a person should know, each with what to do."""
        said = [f"Sending of {one} is paused; ./revcycle pause-sending off{_of(one)} ends it." for one in self.paused]
        said += [
            f"Interchange {one} is in doubt; ./revcycle work list says until when to wait." for one in self.in_doubt
        ]
        if self.overdue:
            said.append(f"{self.overdue} answers are overdue; ./revcycle work list names them.")
        if self.quarantined:
            said.append(f"{self.quarantined} records are in quarantine: ./revcycle work quarantine.")
        if self.unusable:
            said.append(
                f"{self.unusable} files of partners are in quarantine; ./revcycle work list says why (queue ops), and "
                "./revcycle reapply reads one again."
            )
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
            tuple(connection.scalars(text(PAUSED))),
            tuple(f"{row.partner} {row.isa13:09}" for row in connection.execute(text(IN_DOUBT))),
            connection.execute(text(OVERDUE)).scalar_one(),
            connection.execute(text(QUARANTINED)).scalar_one(),
            connection.execute(text(UNUSABLE)).scalar_one(),
            oldest_unposted(connection, archive),
        )
