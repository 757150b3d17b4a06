"""Trading partners, the payers' claim rules and the practice's zone as the practice database has them now."""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from revcycle.foundation.practice.claim_rule import CLAIMS, ClaimRule
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.store.tables import payer_rule, practice, trading_partner


def stored_partners(connection: Connection) -> dict[str, TradingPartner]:
    """Every partner of practice.yaml, by its connection."""
    query = select(trading_partner.c.settings).where(trading_partner.c.superseded_at.is_(None))
    partners = [TradingPartner.model_validate(settings) for settings in connection.scalars(query)]
    return {partner.connection: partner for partner in partners}


def stored_claim_rules(connection: Connection) -> dict[str, list[ClaimRule]]:
    """Each payer's claim rules by its code, by first day."""
    query = (
        select(payer_rule.c.payer, payer_rule.c.value)
        .where(payer_rule.c.kind == CLAIMS, payer_rule.c.superseded_at.is_(None))
        .order_by(payer_rule.c.payer, payer_rule.c.valid_from)
    )
    rules: dict[str, list[ClaimRule]] = {}
    for payer, value in connection.execute(query):
        rules.setdefault(payer, []).append(ClaimRule.model_validate(value))
    return rules


def practice_zone(connection: Connection) -> ZoneInfo:
    """Where the practice's days are counted; UTC before practice.yaml was read."""
    named = select(practice.c.time_zone).where(practice.c.superseded_at.is_(None))
    return ZoneInfo(connection.execute(named).scalar() or "UTC")
