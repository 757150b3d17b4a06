"""Proof of filing: one HTML file that says when a claim was sent, what was answered, and by which bytes that is shown.

It is PHI: it goes to the payer or to the user's own screen. It has no script and nothing outside itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import Connection, Engine, Row

from revcycle.cycle.answers import filing
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.work.access import log_access
from revcycle.foundation.x12.fixed_point import decimal

STYLE = """
body { font: 11pt/1.4 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #111; }
h1 { font-size: 16pt; } h2 { font-size: 13pt; margin-top: 2em; border-bottom: 1px solid #888; }
table { border-collapse: collapse; width: 100%; margin: 0.5em 0; } td, th { border: 1px solid #aaa; padding: 2px 6px; }
th { text-align: left; background: #eee; } td { vertical-align: top; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f6f6f6; padding: 0.5em; font-size: 9pt; }
.verdict { font-weight: bold; padding: 0.5em; border: 2px solid #111; }
@media print { body { margin: 0; max-width: none; } h2, tr { break-inside: avoid; break-after: avoid; } }
"""


def proof(engine: Engine, archive: Archive, claim_number: str, *, now: datetime, who: str) -> str:
    """The proof of filing of a claim, named by its number or by a patient control number of its submissions.

    The archived bytes are hashed again: what is shown is what was sent and received. The look is written to the
    access log. Raises: InputUnusable for an unknown claim; ObjectMissing, ObjectDamaged.
    """
    with engine.begin() as connection:
        claim = filing.claim_called(connection, claim_number)
        if claim is None:
            raise InputUnusable(f"There is no claim {claim_number}; `./revcycle work list --find` looks for one.")
        log_access(connection, at=now, who=who, what="proof", patient_id=claim.patient_id)
        submissions = filing.submissions_of(connection, claim.id)
        forwarded = filing.forwarded_by(connection, claim.id)
        parts = [_submission(connection, archive, one) for one in submissions]
        parts += [_forwarded(connection, archive, one) for one in forwarded]
    title = f"Proof of filing: claim {claim.claim_number}"
    about = {"Claim": claim.claim_number, "Encounter": claim.source_encounter_id, "State": claim.state}
    about |= {"Payer": f"{claim.payer_name or claim.payer} ({claim.payer})", "Printed": _at(now)}
    body = [_tag("h1", title), _tag("p", _verdict(submissions, forwarded), "verdict"), _facts(about), *parts]
    head = f"<meta charset='utf-8'><title>{escape(title)}</title><style>{STYLE}</style>"
    return f"<!DOCTYPE html>\n<html lang='en'><head>{head}</head>\n<body>{''.join(body)}</body></html>\n"


def _verdict(submissions: Sequence[Row[Any]], forwarded: Sequence[Row[Any]]) -> str:
    """What the proof comes to: the earliest receipt by the payer that stands, or that another payer forwarded it."""
    received = [one for one in submissions if one.received_on is not None]
    if forwarded and not received:
        first = forwarded[0]
        return f"Forwarded by {first.payer}, as its remittance {first.trace} of {first.effective_date} says."
    if not submissions:
        return "The claim was not sent."
    if not received:
        return "The payer's receipt is not proven."
    first = min(received, key=lambda one: one.received_on)
    by = "the payer's own answer" if first.party == "payer" else f"the answer of the {first.party}"
    return f"Received by the payer on {first.received_on:%Y-%m-%d} as {first.patient_control_number}, by {by}."


def _submission(connection: Connection, archive: Archive, sent: Row[Any]) -> str:
    archive.verify(sent.sha256)
    with archive.open(sent.sha256) as stored:
        segments = filing.claim_as_sent(stored.read(), sent.patient_control_number)
    facts = {
        "Patient": f"{sent.last_name}, {sent.first_name}, born {sent.birth_date}; member {sent.member_id}",
        "Charge": decimal(sent.amount_cents),
        "Frequency code": sent.frequency,
        "Billing provider": f"NPI {sent.billing_npi}",
        "Prepared": _at(sent.prepared_at),
        "Sent": _at(sent.published_at),
        "To": f"{sent.partner}, usage {sent.usage}, file {sent.remote_name}",
        "Interchange": f"ISA13 {sent.isa13:09}, GS06 {sent.gs06}, BHT03 {sent.bht03}",
        "SHA-256 of the file": f"{sent.sha256} (hashed again for this proof)",
        "Answered": sent.answered or "no",
        "Payer's number": sent.payer_claim_number or "not known",
    }
    return "".join(
        [
            _tag("h2", f"Sent as {sent.patient_control_number}"),
            _facts(facts),
            _lines(filing.lines_of(connection, sent.id)),
            _tag("p", "The claim's segments in the file:"),
            _tag("pre", "\n".join(segments)),
            _answers(archive, filing.answers_to(connection, sent)),
        ]
    )


def _forwarded(connection: Connection, archive: Archive, said: Row[Any]) -> str:
    archive.verify(said.sha256)
    segment = filing.segment_reader(archive)
    facts = {
        "Patient": f"{said.last_name}, {said.given_name}, born {said.birth_date}; member {said.member_id}",
        "Charge": decimal(said.amount_cents),
        "Forwarded by": f"{said.payer}, remittance {said.trace} of {said.effective_date}, claim status {said.status}",
        "Number there": said.before,
        "File": f"{said.first_name}, fetched {_at(said.fetched_at)}",
        "SHA-256 of the file": f"{said.sha256} (hashed again for this proof)",
    }
    shown = [segment(said.sha256, place) for place in (said.segment, said.carrier_segment) if place]
    return "".join(
        [
            _tag("h2", f"Forwarded as {said.patient_control_number}"),
            _facts(facts),
            _lines(filing.lines_of(connection, said.id)),
            _tag("p", "The segments that say so:"),
            _tag("pre", "\n".join(shown)),
        ]
    )


def _lines(lines: Sequence[Row[Any]]) -> str:
    head = ("Line", "Control number", "Date", "Procedure", "Modifiers", "Units", "Charge")
    rows = (
        (
            one.line,
            one.line_control_number,
            f"{one.date_from}" + (f" to {one.date_to}" if one.date_to else ""),
            one.procedure,
            one.modifiers,
            f"{one.units.normalize():f}",
            decimal(one.charge_cents),
        )
        for one in lines
    )
    return _table(head, rows) if lines else ""


def _answers(archive: Archive, answers: Sequence[Row[Any]]) -> str:
    if not answers:
        return _tag("p", "Nothing was answered yet.")
    segment = filing.segment_reader(archive)
    for sha256 in {one.sha256 for one in answers}:
        archive.verify(sha256)
    head = ("Answer", "By", "Their time", "Says", "Receipt", "Segment", "File, fetched, SHA-256")
    rows = (
        (
            f"{one.kind} {one.level}",
            f"{one.party} {one.party_id}",
            _at(one.at),
            " ".join(one.detail.get("codes", [one.code])),
            one.detail.get("received", "")[:10],
            f"{one.position}: {segment(one.sha256, one.position)}",
            f"{one.first_name}, {_at(one.fetched_at)}, {one.sha256}",
        )
        for one in answers
    )
    return _tag("p", "Answers (times as the answering party writes them, its zone not being given):") + _table(
        head, rows
    )


def _facts(facts: dict[str, Any]) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th>{_tag('td', value)}</tr>" for name, value in facts.items())
    return f"<table>{rows}</table>"


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    lines = ["".join(_tag("th", name) for name in head)]
    lines += ["".join(_tag("td", value) for value in row) for row in rows]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _tag(name: str, content: object, style: str = "") -> str:
    attribute = f" class='{style}'" if style else ""
    return f"<{name}{attribute}>{escape(str(content))}</{name}>"


def _at(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else "not known"
