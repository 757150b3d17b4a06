"""Which interchange or submission of ours an answer means; what means none of them is kept and shown to a person."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.cycle.answers.said import Claims, Said
from revcycle.foundation.archive import Archive
from revcycle.foundation.x12.sent_claims import claims_at

DIGITS = 18  # of a number that fits a bigint

INTERCHANGES = """
SELECT id, isa13, gs06, bht03 FROM interchange
WHERE partner = :partner AND (isa13 = ANY (:isa13) OR gs06 = ANY (:gs06) OR bht03 = ANY (:bht03))
"""
SUBMISSIONS = """
SELECT s.patient_control_number AS pcn, s.id, s.interchange_id, i.gs06
FROM claim_submission s JOIN interchange i ON i.id = s.interchange_id
WHERE i.partner = :partner AND s.patient_control_number = ANY (:pcn)
"""
GROUP = "SELECT id, sha256 FROM interchange WHERE partner = :partner AND gs06 = :gs06"
NUMBERS = "SELECT patient_control_number FROM claim_submission WHERE interchange_id = :interchange"
PAYERS = """
SELECT s.interchange_id, array_agg(DISTINCT c.payer) AS payers
FROM claim_submission s JOIN claim c ON c.id = s.claim_id
WHERE s.interchange_id = ANY (:interchanges) GROUP BY s.interchange_id
"""
NAMES = """
SELECT value, array_agg(DISTINCT payer) AS payers FROM payer_identifier
WHERE partner = :partner AND qualifier = 'NM109' AND superseded_at IS NULL AND value = ANY (:ids) GROUP BY value
"""
WRITE = """
INSERT INTO answer (file_id, st_index, position, part, kind, level, code, party, party_id, at, interchange_id,
                    submission_id, detail, run_id)
SELECT :file, r.st_index, r.position, r.part, r.kind, r.level, r.code, r.party, r.party_id, r.at, r.interchange_id,
       r.submission_id, r.detail, :run_id
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
    st_index int, position int, part int, kind text, level text, code text, party text, party_id text, at timestamptz,
    interchange_id bigint, submission_id bigint, detail jsonb)
ON CONFLICT (file_id, st_index, position, part) DO UPDATE
SET interchange_id = excluded.interchange_id, submission_id = excluded.submission_id, detail = excluded.detail
"""


@dataclass(frozen=True)
class Meant:
    """An answer and what it means: `interchange` and, of a claim or line, `submission`; None where nothing of ours."""

    said: Said
    interchange: int | None
    submission: int | None
    payers: tuple[str, ...] = ()
    """Whose claims alone a payer's refusal of a batch speaks of; empty: of all."""

    @property
    def fits(self) -> bool:
        return self.interchange is not None


def claims_of_group(connection: Connection, archive: Archive, partner: str, gs06: str, positions: set[int]) -> Claims:
    """The claims of a group as sent; those at positions are read from the archived file."""
    asked = {"partner": partner, "gs06": _number(gs06)}
    row = connection.execute(text(GROUP), asked).one_or_none()
    if row is None:
        return Claims(frozenset(), {})
    numbers = frozenset(connection.scalars(text(NUMBERS), {"interchange": row.id}))
    at: dict[int, str] = {}
    if positions:
        with archive.open(row.sha256) as stored:
            at = claims_at(stored.read(), positions)
    return Claims(numbers, at)


def match(connection: Connection, partner: str, said: Sequence[Said]) -> list[Meant]:
    """What each answer means, by the numbers it names, two queries for all of them."""
    numbers = {
        kind: {one.number[1] for one in said if one.number[0] == kind} for kind in ("isa13", "gs06", "bht03", "pcn")
    }
    whole = {
        kind: [found for one in numbers[kind] if (found := _number(one)) is not None] for kind in ("isa13", "gs06")
    }
    asked = {"partner": partner, "bht03": sorted(numbers["bht03"]), **whole}
    known: dict[tuple[str, Any], int] = {}
    for row in connection.execute(text(INTERCHANGES), asked):
        known |= {("isa13", row.isa13): row.id, ("gs06", row.gs06): row.id, ("bht03", row.bht03): row.id}
    asked = {"partner": partner, "pcn": sorted(numbers["pcn"])}
    claims = {row.pcn: row for row in connection.execute(text(SUBMISSIONS), asked)}
    meant = []
    for one in said:
        kind, number = one.number
        if kind == "pcn":
            meant.append(_of_claim(one, claims.get(number)))
        else:
            key = number if kind == "bht03" else _number(number)
            meant.append(Meant(one, known.get((kind, key)), None))
    return _of_payers(connection, partner, meant)


def write(connection: Connection, file: int, meant: Iterable[Meant], *, run_id: int) -> None:
    """The answers as rows; the same file again finds them and only says anew what they mean."""
    rows = [
        {
            "st_index": one.said.st_index,
            "position": one.said.position,
            "part": one.said.part,
            "kind": one.said.kind,
            "level": one.said.level,
            "code": one.said.code,
            "party": one.said.party,
            "party_id": one.said.party_id,
            "at": one.said.at.isoformat(),
            "interchange_id": one.interchange,
            "submission_id": one.submission,
            "detail": {**one.said.detail, "payers": list(one.payers)} if one.payers else dict(one.said.detail),
        }
        for one in meant
    ]
    if rows:
        connection.execute(text(WRITE), {"file": file, "rows": json.dumps(rows), "run_id": run_id})


def _of_claim(said: Said, sent: Row[Any] | None) -> Meant:
    """A claim that a 999 names must stand in the group that the 999 answers."""
    if sent is None or (said.within and _number(said.within) != sent.gs06):
        return Meant(said, None, None)
    return Meant(said, sent.interchange_id, sent.id)


def _of_payers(connection: Connection, partner: str, meant: list[Meant]) -> list[Meant]:
    """A payer that refuses a batch speaks of its own claims in it alone; which payer that is must be known."""
    refused = [one for one in meant if one.fits and _is_payers_refusal(one.said)]
    if not refused:
        return meant
    ids = sorted({one.said.party_id for one in refused})
    named = {row.value: row.payers for row in connection.execute(text(NAMES), {"partner": partner, "ids": ids})}
    asked = {"interchanges": sorted({one.interchange for one in refused if one.interchange})}
    payers = {row.interchange_id: row.payers for row in connection.execute(text(PAYERS), asked)}
    narrow = partial(_narrowed, named=named, payers=payers)
    return [narrow(one) if one in refused else one for one in meant]


def _narrowed(one: Meant, *, named: dict[str, list[str]], payers: dict[int, list[str]]) -> Meant:
    there = payers.get(one.interchange or 0, [])
    if len(there) == 1:
        return one
    own = tuple(sorted(set(named.get(one.said.party_id, ())) & set(there)))
    return Meant(one.said, one.interchange, None, own) if own else Meant(one.said, None, None)


def _is_payers_refusal(said: Said) -> bool:
    return said.party == "payer" and said.level in ("batch", "provider") and said.detail.get("verdict") == "rejected"


def _number(text_: str) -> int | None:
    return int(text_) if text_.isdecimal() and len(text_) <= DIGITS else None
