"""Whose payment it is: payer, payee, and the identity under which it is known however often it is delivered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from revcycle.foundation.x12.remittance import RemittanceSet
from revcycle.foundation.x12.segments import Problem

PAYEES = """
SELECT npi, tax_id FROM billing_provider WHERE superseded_at IS NULL
  AND (npi = ANY (:npis) OR replace(tax_id, '-', '') = ANY (:tax_ids)) ORDER BY npi
"""
PAYERS = """
SELECT qualifier, value, payer FROM payer_identifier
WHERE superseded_at IS NULL AND (partner = :partner OR NOT EXISTS (
          SELECT FROM payer_identifier known WHERE known.partner = :partner AND known.superseded_at IS NULL))
  AND (qualifier, value) IN (SELECT * FROM unnest(CAST(:qualifiers AS text[]), CAST(:values AS text[])))
"""
KNOWN = """
SELECT id, body_sha256, state FROM remittance
WHERE payer_trn03 = :payer_trn03 AND trn02 = :trn02 AND amount_cents = :amount_cents
  AND payment_date IS NOT DISTINCT FROM :payment_date AND payee = :payee AND discriminator = :discriminator
  AND state <> 'superseded'
"""


@dataclass(frozen=True)
class Identity:
    """What makes two deliveries the same payment; a payment of zero is known by its body, for its traces are reused."""

    payer_trn03: str
    trn02: str
    amount_cents: int
    payment_date: date | None
    payee: str
    discriminator: str


@dataclass(frozen=True)
class Party:
    """Who pays and who is paid, as practice.yaml names them; empty where that is not known."""

    payer: str = ""
    npi: str = ""
    tax_id: str = ""


@dataclass(frozen=True)
class Known:
    """A payment that was seen before."""

    id: int
    body_sha256: str
    state: str


def identity(one: RemittanceSet, payee: str) -> Identity | None:
    """The payment's identity; None where trace, payer or amount could not be read."""
    if one.amount_cents is None or not one.trace or not one.payer_id or not payee:
        return None
    discriminator = "" if one.amount_cents else one.body_sha256
    return Identity(one.payer_id, one.trace, one.amount_cents, one.payment_date, payee, discriminator)


def known(connection: Connection, one: Identity) -> Known | None:
    """The payment of this identity that stands; nobody else can post one of it until the transaction ends."""
    key = "|".join(map(str, vars(one).values()))
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 835))"), {"key": key})
    row = connection.execute(text(KNOWN), vars(one)).one_or_none()
    return Known(*row) if row else None


def payee_of(connection: Connection, one: RemittanceSet) -> tuple[str, str] | None:
    """NPI and tax id of the billing provider that is paid; None unless N103 or REF*TJ name exactly one tax id."""
    npis = [one.payee_n104] if one.payee_qualifier == "XX" else []
    tax_ids = [one.payee_n104] if one.payee_qualifier == "FI" else []
    tax_ids += [value for qualifier, value in one.payee_references if qualifier == "TJ"]
    asked = {"npis": npis, "tax_ids": [value.replace("-", "") for value in tax_ids]}
    found = connection.execute(text(PAYEES), asked).all()
    by_npi = [row for row in found if row.npi in npis]
    rows = by_npi or found
    return (rows[0].npi, rows[0].tax_id) if len({row.tax_id for row in rows}) == 1 else None


def payer_of(connection: Connection, one: RemittanceSet, partner: str) -> str:
    """The payer's code; empty where the identifiers name none, or more than one.

    TRN03, N104 and REF*2U have to agree, as far as practice.yaml knows them for this partner; of a file that no partner
    brought, for any.
    """
    named = [("TRN03", one.payer_id), ("N104", one.payer_n104)]
    named += [("2U", value) for qualifier, value in one.payer_references if qualifier == "2U"]
    named = [(qualifier, value) for qualifier, value in named if value]
    asked = {"qualifiers": [name for name, _ in named], "values": [value for _, value in named], "partner": partner}
    meant: dict[str, set[str]] = {}
    for qualifier, _, payer in connection.execute(text(PAYERS), asked):
        meant.setdefault(qualifier, set()).add(payer)
    by_all = set.intersection(*meant.values()) if meant else set()
    return by_all.pop() if len(by_all) == 1 else ""


def unknown_party(one: RemittanceSet, party: Party) -> Iterator[Problem]:
    """What is said of a sound set whose payer or payee practice.yaml does not name."""
    for code, found, where in (
        ("payee.unknown", party.tax_id, "billing_providers"),
        ("payer.unknown", party.payer, "the payer's `remittances`"),
    ):
        if one.sound and not found:
            reason = f"practice.yaml names none, or more than one, for it; say it under {where}, then post it again"
            yield Problem(one.index, one.first, code, reason)
