"""The double-entry ledger: every move of money is a transfer between two accounts, in cents."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from revcycle.foundation.store.tables.base import metadata, of_run, surrogate, words, written_by


class Account(StrEnum):
    """The chart of accounts."""

    UNBILLED = "receivable.unbilled"
    INSURANCE = "receivable.insurance"
    PATIENT = "receivable.patient"
    REVENUE = "revenue"
    CONTRACTUAL = "adjustment.contractual"
    OTHER_ADJUSTMENT = "adjustment.other"
    BAD_DEBT = "adjustment.bad_debt"
    CLEARING = "remittance_clearing"
    EXPECTED = "payment_expected"
    BANK = "bank"
    UNAPPLIED_INSURANCE = "unapplied.insurance"
    UNAPPLIED_PATIENT = "unapplied.patient"
    RECOUPMENT = "payer_recoupment"
    PROVIDER_ADJUSTMENT = "provider_adjustment.other"
    INTEREST = "interest"
    REFUND = "refund_payable"


class EntryKind(StrEnum):
    """Why money moved."""

    CHARGE = "charge"
    ASSIGNMENT = "assignment"
    CASH = "remittance_cash"
    PAYMENT = "claim_payment"
    ADJUSTMENT = "adjustment"
    RESPONSIBILITY = "responsibility"
    PROVIDER_ADJUSTMENT = "provider_adjustment"
    UNAPPLIED = "unapplied"
    DEPOSIT = "deposit"
    PATIENT_PAYMENT = "patient_payment"
    REFUND = "refund"
    WRITE_OFF = "write_off"
    BAD_DEBT = "bad_debt"
    REVERSAL = "reversal"


class EntrySource(StrEnum):
    """What an entry is written for; with the kind, the source's id and an ordinal it is its key."""

    ENCOUNTER = "encounter"
    CLAIM = "claim"
    REMITTANCE = "remittance"
    REMITTANCE_CLAIM = "remittance_claim"
    ENTRY = "journal_entry"
    ACTION = "action"


def _enum(values: type[StrEnum], name: str) -> Enum:
    return Enum(values, name=name, metadata=metadata, values_callable=lambda members: [one.value for one in members])


ACCOUNT = _enum(Account, "account")

journal_entry = Table(
    "journal_entry",
    metadata,
    surrogate(),
    Column("kind", _enum(EntryKind, "entry_kind"), nullable=False),
    Column("source_kind", _enum(EntrySource, "entry_source"), nullable=False),
    Column("source_id", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False, comment="of a charge its version; else how often it was posted"),
    Column("accounting_date", Date, nullable=False),
    Column("effective_date", Date, nullable=False),
    Column("reverses", BigInteger, ForeignKey("journal_entry.id")),
    *written_by(in_bulk=True),
    UniqueConstraint("kind", "source_kind", "source_id", "ordinal"),
    UniqueConstraint("reverses"),
    CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reverses"),
    comment="Why money moved, once: its transfers balance by construction",
)
Index("ix_journal_entry_accounting_date", journal_entry.c.accounting_date)

transfer = Table(
    "transfer",
    metadata,
    Column("entry_id", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("debit_account", ACCOUNT, nullable=False),
    Column("credit_account", ACCOUNT, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("encounter_id", BigInteger),
    Column("debit_claim", BigInteger),
    Column("credit_claim", BigInteger),
    Column("submission_id", BigInteger),
    Column("line", Integer, comment="of the submission"),
    Column("remittance_id", BigInteger),
    Column("segment", BigInteger, comment="of the remittance's file, that said so"),
    Column("patient_id", BigInteger),
    of_run(in_bulk=True),
    PrimaryKeyConstraint("entry_id", "ordinal"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint(
        "(debit_account, debit_claim) IS DISTINCT FROM (credit_account, credit_claim)", name="moves_something"
    ),
    comment="One amount from one account to another; a claim stands beside the account its receivable is in",
)
Index("ix_transfer_encounter", transfer.c.encounter_id)
Index("ix_transfer_remittance", transfer.c.remittance_id)

claim_balance = Table(
    "claim_balance",
    metadata,
    Column("claim_id", BigInteger, ForeignKey("claim.id"), primary_key=True),
    Column("assigned_cents", BigInteger, nullable=False),
    Column("paid_cents", BigInteger, nullable=False),
    Column("adjusted_cents", BigInteger, nullable=False),
    Column("moved_cents", BigInteger, nullable=False, comment="on to the patient or to another payer's claim"),
    Column("open_cents", BigInteger, nullable=False),
    of_run(in_bulk=True),
    CheckConstraint("open_cents = assigned_cents - paid_cents - adjusted_cents - moved_cents", name="open"),
    comment="What the transfers of a claim come to; written with them, and rebuilt from them",
)

accounting_period = Table(
    "accounting_period",
    metadata,
    Column("month", Date, primary_key=True, comment="its first day; a month without a row is open"),
    Column("state", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    words("changed_by"),
    *written_by(),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
    CheckConstraint("extract(day FROM month) = 1", name="month"),
    comment="A month is open or closed; no entry is dated into a closed one",
)
