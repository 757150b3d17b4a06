"""Whether anything may be sent now, and what waits to be."""

from typing import Any

from sqlalchemy import Connection, Engine, Row, select, text

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.practice.partners import stored_partners
from revcycle.foundation.register import SendingRefused
from revcycle.foundation.store.tables import interchange

# A file goes whole or not at all: one that has claims of a paused payer waits with the others' claims in it.
STOPS = """
o.closed_at IS NULL AND o.partner IN ('', i.partner) AND (o.payer = '' OR EXISTS (
    SELECT FROM claim_submission s JOIN claim c ON c.id = s.claim_id
    WHERE s.interchange_id = i.id AND c.payer = o.payer))
"""
NOT_SENT = "i.state NOT IN ('published', 'in_doubt')"
PAUSED = f"""
SELECT o.opened_at, o.opened_by, o.payer FROM outage o JOIN interchange i ON i.id = :interchange
WHERE {STOPS} ORDER BY o.opened_at LIMIT 1
"""
WAITING = f"""
SELECT i.id FROM interchange i
WHERE {NOT_SENT} AND (:partner = '' OR i.partner = :partner)
  AND NOT EXISTS (SELECT FROM outage o WHERE {STOPS})
ORDER BY i.id
"""


def waiting(engine: Engine, *, partner: str = "") -> list[int]:
    """Interchanges to publish, oldest first: of one partner or of all, none of which any claim may not be sent now."""
    with engine.connect() as connection:
        return list(connection.scalars(text(WAITING), {"partner": partner}))


def in_doubt(engine: Engine) -> list[int]:
    """Interchanges of which nobody knows whether the partner has them."""
    with engine.connect() as connection:
        return list(connection.scalars(select(interchange.c.id).where(interchange.c.state == "in_doubt")))


def refuse_unless_sendable(
    connection: Connection, row: Row[Any], partner: TradingPartner, *, state_holds_sample: bool, behind: str
) -> None:
    """Raises SendingRefused: sending is paused, the database is older than the archive, or a sample would go out."""
    paused = connection.execute(text(PAUSED), {"interchange": row.id}).one_or_none()
    if paused is not None:
        by = f" by {paused.opened_by}" if paused.opened_by else ""
        whose = f" of {paused.payer}" if paused.payer else ""
        what = f"no file with its claims is sent until `./revcycle pause-sending off --payer {paused.payer}`"
        raise SendingRefused(
            f"Sending{whose} is paused{by} since {paused.opened_at:%Y-%m-%d %H:%M} UTC: "
            f"{what if paused.payer else 'nothing is sent until `./revcycle pause-sending off`'}."
        )
    if behind:
        raise SendingRefused(behind)
    if state_holds_sample and "P" in (row.usage, partner.usage):
        raise SendingRefused(
            f"{partner.connection}: this state holds the sample practice, and the partner or interchange "
            f"{row.isa13:09} is for production (usage P). Sample claims are never sent as real ones; set usage to T."
        )


def partner_of(engine: Engine, interchange_id: int) -> TradingPartner:
    """The partner an interchange goes to. Raises: InputUnusable where practice.yaml has it no longer."""
    named = select(interchange.c.partner).where(interchange.c.id == interchange_id)
    with engine.connect() as connection:
        name = connection.execute(named).scalar_one()
        partner = stored_partners(connection).get(name)
    if partner is None:
        raise InputUnusable(f"practice.yaml no longer has the trading partner {name}; put it back.")
    return partner
