"""What TA1, 999 and 277CA say, as rows: who said what, when by their own clock, and of which number of ours."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from revcycle.cycle.answers import caught_by
from revcycle.cycle.answers.caught_by import Place
from revcycle.foundation.x12.acknowledgment import (
    GroupAcknowledgment,
    InterchangeAcknowledgment,
    SegmentError,
    SetAcknowledgment,
)
from revcycle.foundation.x12.claim_acknowledgment import Answered, ClaimAcknowledgment, Status

TAKEN = frozenset("AE")  # accepted, also where errors were noted; R, M, W, X refuse
DUPLICATE_NUMBER = "025"
CLAIMS_SET = "837"
OF_CATEGORY = {
    "A0": "received",
    "A1": "received",
    "A2": "accepted",
    "A3": "rejected",
    "A5": "accepted",
    "A6": "rejected",
    "A7": "rejected",
    "A8": "rejected",
}
"""STC01-1 alone decides: the action code STC03 was seen to contradict it (X12 requests 1942 and 2203)."""

Number = Literal["isa13", "gs06", "bht03", "pcn"]
LONGEST_COUNT = 10  # digits; more are no place in any file


@dataclass(frozen=True)
class Said:
    """One row of `answer`. `number` is the number of ours that it names: which kind, and its text.

    `detail` holds codes and places; a `verdict` in it makes the row evidence of a claim, `scope` tells whether it
    speaks of one claim or of a set. `within` is the group (GS06) that a claim named by a 999 stands in.
    """

    st_index: int
    position: int
    kind: str
    level: str
    code: str
    party: str
    at: datetime
    number: tuple[Number, str]
    part: int = 0
    party_id: str = ""
    within: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Claims:
    """The claims of a group as we sent it: all their numbers, and whose segment stands at a position."""

    numbers: frozenset[str]
    at: Mapping[int, str]


def of_interchange(answer: InterchangeAcknowledgment, at: datetime) -> Said:
    """A TA1. Note 025 is no rejection: the number came before, which proves that something arrived."""
    again = answer.note == DUPLICATE_NUMBER
    detail: dict[str, Any] = {"note": answer.note, "codes": [f"{answer.code} {answer.note}"]}
    if not again:
        detail |= {"verdict": "received" if answer.code in TAKEN else "rejected", "scope": "set"}
    number: tuple[Number, str] = ("isa13", answer.isa13)
    return Said(0, answer.segment, "TA1", "interchange", answer.code, "clearinghouse", at, number, detail=detail)


def of_group(
    st_index: int, answer: GroupAcknowledgment, at: datetime, claims: Callable[[str, set[int]], Claims]
) -> Iterator[Said]:
    """A 999: its group, its sets, and the claims that a refused set names by CTX or by the position of a segment.

    A group without sets speaks of all of them: with R all were refused; P says that part was, and not which.
    """
    number: tuple[Number, str] = ("gs06", answer.gs06)

    def said(position: int, level: str, code: str, **rest: Any) -> Said:
        return Said(st_index, position, "999", level, code, "clearinghouse", at, rest.pop("number", number), **rest)

    detail: dict[str, Any] = {"codes": [answer.code]}
    if not answer.sets:
        detail |= {"scope": "part"} if answer.code == "P" else {"verdict": _taken(answer.code), "scope": "set"}
    yield said(answer.code_segment, "group", answer.code, detail=detail)
    for one in answer.sets:
        if one.set_id != CLAIMS_SET:
            yield said(one.segment, "set", one.code, number=("gs06", ""), detail={"codes": [one.code]})
            continue
        named = list(_named(one, claims(answer.gs06, _positions(one))))
        found = {claim for claim, _, _ in named}
        scope = "others" if found and "" not in found else "set"
        outside: dict[str, str] = next((place for claim, _, place in named if not claim), {})
        detail = {"codes": [one.code], "verdict": _taken(one.code), "scope": scope, **outside}
        yield said(one.segment, "set", one.code, detail=detail)
        for claim, position, place in named:
            detail = {"codes": [one.code], **place}
            if claim:
                refused = {} if one.code in TAKEN else {"verdict": "rejected"}
                pcn: tuple[Number, str] = ("pcn", claim)
                yield said(position, "claim", one.code, number=pcn, within=answer.gs06, detail=detail | refused)
            else:
                yield said(position, "set", one.code, detail=detail)


def of_claims(st_index: int, answer: ClaimAcknowledgment, at: datetime, *, own_ids: set[str]) -> Iterator[Said]:
    """A 277CA: every status of a batch, a provider, a claim or a line. `own_ids` are names of the clearinghouse."""
    party = "payer" if answer.source == "PR" else "clearinghouse" if answer.source_id in own_ids else "intermediary"
    received = instant(answer.received_on, "")
    batch = ""
    for one in answer.answered:
        if one.level not in ("batch", "provider", "claim", "line"):
            continue
        batch = one.trace if one.level == "batch" else batch
        number: tuple[Number, str] = ("bht03", batch) if one.level in ("batch", "provider") else ("pcn", one.trace)
        for status in one.statuses:
            detail = _status(one, status, received)
            yield Said(
                st_index,
                status.segment,
                "277CA",
                one.level,
                status.category,
                party,
                at,
                number,
                status.part,
                answer.source_id,
                detail=detail,
            )


def instant(day: str, time: str) -> datetime | None:
    """A date CCYYMMDD or YYMMDD with HHMM or HHMMSS, read as UTC because X12 names no zone; None if unreadable."""
    shape = {8: "%Y%m%d", 6: "%y%m%d"}.get(len(day), "")
    clock = {6: "%H%M%S", 4: "%H%M", 0: ""}.get(len(time[:6]))
    try:
        return datetime.strptime(day + time[:6], f"{shape}{clock}").replace(tzinfo=UTC) if shape else None
    except ValueError:
        return None


def _taken(code: str) -> str:
    return "received" if code in TAKEN else "rejected"


def _positions(one: SetAcknowledgment) -> set[int]:
    return {_count(error.position) for error in one.errors}


def _count(written: str) -> int:
    """A place in a file as a partner counts it; 0, which is none, for what is no such number."""
    return int(written) if written.isdecimal() and len(written) < LONGEST_COUNT else 0


def _named(one: SetAcknowledgment, claims: Claims) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Each error of a set: the claim ('' where it is none of the set's), the segment of the answer, the place."""
    for error in one.errors:
        claim = error.claim if error.claim in claims.numbers else ""
        claim = claim or claims.at.get(_count(error.position), "")
        if not error.elements:
            yield claim, error.segment, _told(error, caught_by.of_segment(error.bad_segment, error.loop, error.code))
        for element in error.elements:
            place, _, component = element.element.partition("-")
            found = caught_by.of_element(error.bad_segment, error.loop, _count(place), _count(component))
            yield claim, element.segment, _told(error, found) | {"error": element.code}


def _told(error: SegmentError, place: Place) -> dict[str, str]:
    return place.told() | {"position": error.position, "error": error.code}


def _status(one: Answered, status: Status, received: datetime | None) -> dict[str, Any]:
    """Of a batch or provider only a rejection decides, for all its claims; of a line too, for its claim."""
    verdict = OF_CATEGORY.get(status.category, "")
    whole = one.level in ("batch", "provider")
    detail: dict[str, Any] = {"codes": [":".join(filter(None, (status.category, status.code, status.entity)))]}
    if verdict == "rejected":
        detail |= caught_by.of_status(status.code, status.entity).told()
    if verdict and (one.level == "claim" or verdict == "rejected"):
        detail |= {"verdict": verdict} | ({"scope": "set"} if whole else {})
    if received and not whole:
        detail["received"] = received.isoformat()
    if one.payer_claim_number:
        detail["payer_claim_number"] = one.payer_claim_number
    if one.line_control_number:
        detail["line"] = one.line_control_number
    return detail
