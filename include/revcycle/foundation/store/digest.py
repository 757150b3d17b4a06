"""One sha256 over the business facts: two states with equal digests are the same practice in the same condition.

A fact is a current row without what is ours alone; every "same state" promise is tested with it. A column is in a fact
unless it is named here as left out, with the reason.
"""

import hashlib
from typing import Any

from sqlalchemy import ColumnElement, Engine, FromClause, Select, Table, and_, func, or_, select, union_all

from revcycle.foundation.store import tables as t

# Surrogate keys, runs and instants of writing, and how many versions came before.
OURS = frozenset({"id", "run_id", "recorded_at", "version", "superseded_at"})
LEFT_OUT = {
    # How the practice came to stand as it does: runs, files and what could not be read in them, looks, steps of work.
    "run": "dag_id airflow_run_id step shard business_date as_of who",
    "archive_object": "sha256 bytes location encryption_key_id",
    "access_log": "at who what patient_id origin",
    "received_file": "partner sha256 kind first_name state",
    "problem": "file_id st_index position code field expected found reason subject_kind subject",
    "work_event": "item_id ordinal at who what why",
    # Code sets are no property of the practice; a finding names the release it was made by.
    "code_release": "source setting release_version sha256 valid_from valid_to rows state",
    # A projection, with digests over surrogate keys; what it came to is in the findings.
    "sweep_result": "encounter_id edit_set context as_of worst_severity not_evaluated",
    # content_sha256 of their version is taken over all of it.
    "charge_line": "encounter_id line patient_id rendering_npi date_from date_to place_of_service procedure modifiers "
    "pointers units unit_basis charge_cents prior_authorization taxonomy referring_npi supervising_npi ordering_npi "
    "facility_npi note ndc ndc_units ndc_unit",
    "diagnosis": "encounter_id position code",
    # Surrogate keys, instants, and columns by which a row is known to be current.
    "patient": "patient_id",
    "coverage": "patient_id",
    "encounter": "current_version",
    "encounter_version": "encounter_id patient_id file_id",
    "quarantine": "file_id cleared_at",
    "finding": "encounter_id overridden_at",
    # The same, and who has the item and how far it is, which people choose.
    "work_item": "cause_id encounter_id claim_id detail previous_item closed_at owner state",
    # Numbers differ between two ways to the same state, and so do batches, holds and events.
    "claim": "encounter_id claim_number is_void prior_claim",
    "claim_submission": "claim_id ordinal encounter_id version patient_row coverage_row patient_control_number "
    "interchange_id position closed_because",
    "submission_line": "submission_id line_control_number",
    "claim_hold": "claim_id cause cause_id reason detail released_at released_by",
    "claim_event": "claim_id submission_id source_kind source_id kind party at detail",
    "payer_opinion": "submission_id at received_on event_id payer_claim_number",
    "control_number": "partner kind last_value",
    "interchange": "partner isa13 gs06 bht03 usage billing_npi remote_name sha256 manifest_sha256 bytes claims "
    "amount_cents prepared_at state published_at answered",
    "publish_attempt": "interchange_id attempt at found reached error_class",
    "expected_answer": "subject_kind subject_id kind party due_at met_by met_at alarmed_at",
    "remote_sighting": "partner path size mtime seen_at file_id removed_at",
    "received_transaction": "file_id st_index isa13 gs06 st02 kind body_sha256 state",
    "answer": "file_id st_index position part kind level code party party_id at interchange_id submission_id detail",
    "outage": "opened_at opened_by closed_at",
    "action": "item_id ordinal kind state who reason argument at",
    # How often, from which delivery and into which month a payment was posted; what it came to is in the balances.
    "remittance": "posting billing_npi handling method effective_date accounting_date file_id st_index body_sha256",
    "remittance_sighting": "file_id st_index remittance_id verdict body_sha256",
    # As read: the totals of its remittance are facts, what they moved is in the balances, what they refused in denials.
    "remittance_claim": "remittance_id position segment patient_control_number status charge_cents paid_cents "
    "patient_cents filing_indicator payer_claim_number facility_type frequency drg drg_weight discharge_fraction "
    "member_id statement_from statement_to received_on",
    "remittance_service": "remittance_id claim_position position segment qualifier procedure modifiers "
    "submitted_procedure submitted_modifiers revenue_code charge_cents paid_cents units_thousandths "
    "submitted_units_thousandths line_control_number date_from date_to",
    "remittance_adjustment": "remittance_id claim_position service_position ordinal segment group_code reason "
    "amount_cents quantity_thousandths treatment treatment_reason",
    "provider_adjustment": "remittance_id ordinal segment provider fiscal_period_end reason reference amount_cents",
    "remittance_detail": "remittance_id claim_position service_position ordinal segment segment_id elements",
    "remittance_match": "remittance_id claim_position ordinal claim_id submission_id method staff",
    "denial": "remittance_id claim_position service_position ordinal claim_id closed_at",
    # Facts are what the transfers come to, by account and by claim; entries are the way there.
    "journal_entry": "kind source_kind source_id ordinal accounting_date effective_date reverses",
    "transfer": "entry_id ordinal debit_account credit_account amount_cents encounter_id debit_claim credit_claim "
    "submission_id line remittance_id segment patient_id",
    "claim_balance": "claim_id",
    "accounting_period": "changed_at changed_by",
    # Only those that stand are facts: what was met or ended before somebody looked left no row.
    "deadline": "subject_kind subject_id filed_on ended_because evaluated_as_of",
}


def business_columns(table: Table) -> list[ColumnElement[Any]]:
    """What a fact says of a row of this table."""
    left_out = OURS | set(LEFT_OUT.get(table.name, "").split())
    return [column for column in table.columns if column.name not in left_out]


def _current(table: Table) -> Select[Any]:
    return select(*business_columns(table)).where(table.c.superseded_at.is_(None))


def _of_patient(table: Table, joined: FromClause) -> FromClause:
    return joined.join(
        t.patient, and_(t.patient.c.patient_id == table.c.patient_id, t.patient.c.superseded_at.is_(None))
    )


def _of_claim(table: Table) -> FromClause:
    return table.join(t.claim, t.claim.c.id == table.c.claim_id).join(
        t.encounter, t.encounter.c.id == t.claim.c.encounter_id
    )


def _account_balances() -> Select[Any]:
    """What each account comes to, debits above zero; one that came back to zero is as one never used."""
    debits = select(t.transfer.c.debit_account.label("account"), t.transfer.c.amount_cents.label("cents"))
    credits_ = select(t.transfer.c.credit_account, -t.transfer.c.amount_cents)
    moved = union_all(debits, credits_).subquery()
    total = func.sum(moved.c.cents)
    return select(moved.c.account, total).group_by(moved.c.account).having(total != 0)


_PATIENT = (t.patient.c.source_system, t.patient.c.source_patient_id)
_ENCOUNTER = (t.encounter.c.source_system, t.encounter.c.source_encounter_id)
_VERSION, _FINDING, _SUBMISSION = t.encounter_version, t.finding, t.claim_submission

FACTS: dict[str, Select[Any]] = {
    table.name: _current(table)
    for table in (
        t.practice,
        t.billing_provider,
        t.provider,
        t.facility,
        t.payer,
        t.payer_rule,
        t.payer_identifier,
        t.trading_partner,
        t.staff,
        t.patient,
    )
} | {
    "coverage": _current(t.coverage).add_columns(*_PATIENT).select_from(_of_patient(t.coverage, t.coverage)),
    "encounter": select(*_ENCOUNTER, t.encounter.c.cancelled_at.is_not(None), *_PATIENT, *business_columns(_VERSION))
    .select_from(_of_patient(_VERSION, t.encounter.join(_VERSION, _VERSION.c.encounter_id == t.encounter.c.id)))
    .where(_VERSION.c.version == t.encounter.c.current_version),
    "quarantine": select(*business_columns(t.quarantine)).where(t.quarantine.c.cleared_at.is_(None)),
    "finding": select(*_ENCOUNTER, *business_columns(_FINDING))
    .join_from(_FINDING, t.encounter, _FINDING.c.encounter_id == t.encounter.c.id)
    .where(_FINDING.c.version == t.encounter.c.current_version, _FINDING.c.state != "fixed"),
    "claim": select(*_ENCOUNTER, *business_columns(t.claim)).join_from(
        t.claim, t.encounter, t.claim.c.encounter_id == t.encounter.c.id
    ),
    "claim_submission": select(
        *_ENCOUNTER,
        t.claim.c.responsibility,
        t.claim.c.split,
        t.encounter_version.c.content_sha256,
        _SUBMISSION.c.closed_at.is_(None),
        *(column for column in business_columns(_SUBMISSION) if column is not _SUBMISSION.c.closed_at),
        *business_columns(t.payer_opinion),
    )
    .select_from(
        _SUBMISSION.join(t.claim, t.claim.c.id == _SUBMISSION.c.claim_id)
        .join(t.encounter, t.encounter.c.id == t.claim.c.encounter_id)
        .join(_VERSION, and_(_VERSION.c.encounter_id == t.encounter.c.id, _VERSION.c.version == _SUBMISSION.c.version))
        .join(t.payer_opinion, t.payer_opinion.c.submission_id == _SUBMISSION.c.id, isouter=True)
    )
    .where(or_(_SUBMISSION.c.interchange_id.is_not(None), _SUBMISSION.c.closed_at.is_(None))),
    "submission_line": select(*_ENCOUNTER, t.claim.c.split, *business_columns(t.submission_line))
    .select_from(
        t.submission_line.join(_SUBMISSION, _SUBMISSION.c.id == t.submission_line.c.submission_id)
        .join(t.claim, t.claim.c.id == _SUBMISSION.c.claim_id)
        .join(t.encounter, t.encounter.c.id == t.claim.c.encounter_id)
    )
    .where(or_(_SUBMISSION.c.interchange_id.is_not(None), _SUBMISSION.c.closed_at.is_(None))),
    "remittance": select(*business_columns(t.remittance)),
    "account_balance": _account_balances(),
    "claim_balance": select(*_ENCOUNTER, t.claim.c.responsibility, t.claim.c.split, *business_columns(t.claim_balance))
    .select_from(_of_claim(t.claim_balance))
    .where(t.claim.c.state != "void"),
    "denial": select(*_ENCOUNTER, t.claim.c.responsibility, t.claim.c.split, *business_columns(t.denial)).select_from(
        _of_claim(t.denial)
    ),
    "accounting_period": select(*business_columns(t.accounting_period)),
    "deadline": select(*_ENCOUNTER, t.claim.c.responsibility, t.claim.c.split, *business_columns(t.deadline))
    .select_from(
        t.deadline.join(
            t.denial,
            and_(t.deadline.c.subject_kind == "denial", t.denial.c.id == t.deadline.c.subject_id),
            isouter=True,
        )
        .join(t.claim, t.claim.c.id == func.coalesce(t.denial.c.claim_id, t.deadline.c.subject_id))
        .join(t.encounter, t.encounter.c.id == t.claim.c.encounter_id)
    )
    .where(t.deadline.c.state.in_(("open", "late"))),
    "outage": select(*business_columns(t.outage)).where(t.outage.c.closed_at.is_(None)),
    "work_item": select(*_ENCOUNTER, t.claim.c.responsibility, t.claim.c.split, *business_columns(t.work_item))
    .select_from(
        t.work_item.join(t.encounter, t.encounter.c.id == t.work_item.c.encounter_id, isouter=True).join(
            t.claim, t.claim.c.id == t.work_item.c.claim_id, isouter=True
        )
    )
    .where(t.work_item.c.closed_at.is_(None)),
}


def digests(engine: Engine) -> dict[str, str]:
    """One sha256 for each kind of fact."""
    with engine.connect() as connection:
        return {
            kind: _digest(sorted(repr(tuple(row)) for row in connection.execute(facts)))
            for kind, facts in FACTS.items()
        }


def digest(engine: Engine) -> str:
    """One sha256 over all of them."""
    return _digest([f"{kind} {value}" for kind, value in digests(engine).items()])


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
