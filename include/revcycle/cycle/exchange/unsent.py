"""What is prepared and was not sent: how much of it there is, since when, and which pause or fault keeps it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from revcycle.cycle.exchange.sending import NOT_SENT, STOPS
from revcycle.foundation.x12.fixed_point import decimal

EVERYTHING = "everything"
UNSENT = f"""
SELECT paused, count(*) AS interchanges, sum(claims) AS claims, sum(amount_cents) AS cents, sum(others) AS others,
       min(prepared_at) AS since, coalesce(string_agg(DISTINCT nullif(fault, ''), ', '), '') AS faults
FROM (
    SELECT i.claims, i.amount_cents, i.prepared_at,
           (SELECT coalesce(string_agg(DISTINCT coalesce(nullif(o.payer, ''), '{EVERYTHING}'), ', '), '')
            FROM outage o WHERE {STOPS}) AS paused,
           (SELECT count(*) FROM claim_submission s JOIN claim c ON c.id = s.claim_id
            WHERE s.interchange_id = i.id AND NOT EXISTS (
                SELECT FROM outage o WHERE o.closed_at IS NULL AND o.partner IN ('', i.partner)
                  AND o.payer IN ('', c.payer))) AS others,
           (SELECT p.error_class FROM publish_attempt p
            WHERE p.interchange_id = i.id ORDER BY p.attempt DESC LIMIT 1) AS fault
    FROM interchange i WHERE {NOT_SENT}
) AS each_one
GROUP BY paused ORDER BY paused
"""


@dataclass(frozen=True)
class Unsent:
    """Prepared interchanges that wait for the same reason.

    `paused`: the payers whose pauses keep them, or `everything`; empty where the next run sends them. `others`: how
    many of the claims are of payers that are not paused. `faults`: what their last attempts ended with.
    """

    paused: str
    interchanges: int
    claims: int
    cents: int
    others: int
    since: datetime
    faults: str = ""

    @property
    def sentence(self) -> str:
        """In counts and codes only, so that a log may have it."""
        much = f"{self.interchanges} interchanges with {self.claims} claims ({decimal(self.cents)})"
        since = f"the oldest since {self.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        if self.paused:
            others = f"; {self.others} of the claims are of payers that are not paused" if self.others else ""
            return f"{much} are prepared and wait, because sending of {self.paused} is paused, {since}{others}."
        fault = f" The last attempt ended with {self.faults}." if self.faults else ""
        return f"{much} are prepared and not sent, {since}; the next run of claim_submission sends them.{fault}"

    def as_json(self) -> dict[str, Any]:
        """One object of `waiting_to_send` of `status --json`."""
        return {
            "paused": self.paused,
            "interchanges": self.interchanges,
            "claims": self.claims,
            "amount": decimal(self.cents),
            "claims_not_paused": self.others,
            "since": self.since.isoformat(),
            "faults": self.faults,
        }


def unsent(connection: Connection) -> list[Unsent]:
    """One for each set of pauses that keep something, and one for what nothing but its turn or a fault keeps."""
    found = connection.execute(text(UNSENT))
    return [
        Unsent(row.paused, row.interchanges, int(row.claims), int(row.cents), int(row.others), row.since, row.faults)
        for row in found
    ]
