"""One received file taken apart: what its sets say, and what of it cannot be used."""

from collections.abc import Callable
from dataclasses import dataclass, field

from revcycle.cycle.answers import said
from revcycle.cycle.answers.said import Claims, Said
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.x12.acknowledgment import read_999, read_ta1
from revcycle.foundation.x12.claim_acknowledgment import VERSION, read_277ca
from revcycle.foundation.x12.envelope import Content, TransactionSet, take_apart
from revcycle.foundation.x12.segments import Problem, UnreadableFile

TA1 = 0
"""The st_index of a file's TA1 segments: they stand in no set."""


@dataclass(frozen=True)
class Transaction:
    """One set of a file (or all its TA1 segments) and what it says; without `usable` it says nothing."""

    st_index: int
    kind: str
    body_sha256: str
    isa13: str = ""
    gs06: str = ""
    st02: str = ""
    said: tuple[Said, ...] = ()
    usable: bool = True


@dataclass(frozen=True)
class Read:
    """A file as read."""

    transactions: list[Transaction] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def unusable(self) -> bool:
        """Whether a person has to look: the file or a set of it cannot be used."""
        return not self.transactions or not all(one.usable for one in self.transactions)


def read(data: bytes, partner: TradingPartner | None, claims: Callable[[str, set[int]], Claims]) -> Read:
    """Take a file apart; `claims` finds the claims of a group of ours by GS06 and positions of segments."""
    if b"\x00" in data:  # no text of the database can hold it
        return Read(problems=[Problem(0, 1, "structure.characters", "the file holds NUL bytes")])
    try:
        content = take_apart(data)
    except UnreadableFile as problem:
        return Read(problems=[Problem(0, 1, problem.code, str(problem))])
    problems = list(content.problems)
    transactions = _interchange_answers(content, problems)
    for one in content.sets:
        heard = _heard(one, partner, claims, problems)
        fatal = any(problem.fatal and problem.st_index == one.index for problem in problems)
        usable = one.whole and not fatal
        if not (one.whole or fatal):  # what spoils a set without being told is a segment without a name
            problems.append(Problem(one.index, one.first, "structure.order", "a segment of the set has no name"))
        group = one.group.gs06 if one.group else ""
        numbers = (one.interchange.isa13, group, one.st02)
        rows = tuple(heard) if usable else ()
        transactions.append(Transaction(one.index, _kind(one), one.body_sha256(), *numbers, rows, usable))
    if not transactions:
        problems.append(Problem(0, 1, "structure.empty", "the file answers nothing", "TA1, 999 or 277CA"))
    return Read(transactions, problems)


def _interchange_answers(content: Content, problems: list[Problem]) -> list[Transaction]:
    """The file's TA1 segments as one transaction; their own time is that of the interchange they stand in."""
    if not content.interchange_answers:
        return []
    rows, usable = [], True
    for (interchange, segment), answer in zip(content.interchange_answers, read_ta1(content), strict=True):
        at = said.instant(interchange.date, interchange.time)
        if at is None:
            problems.append(_no_time(TA1, segment.number))
            usable = False
            continue
        rows.append(said.of_interchange(answer, at))
    interchange = content.interchange_answers[0][0]
    holder = TransactionSet(TA1, interchange, None, "TA1", "", 0, [one for _, one in content.interchange_answers])
    return [Transaction(TA1, "TA1", holder.body_sha256(), interchange.isa13, said=tuple(rows), usable=usable)]


def _heard(
    one: TransactionSet,
    partner: TradingPartner | None,
    claims: Callable[[str, set[int]], Claims],
    problems: list[Problem],
) -> list[Said]:
    kind = _kind(one)
    if not one.whole or kind not in ("999", "277CA"):
        if one.whole:
            reason = "only TA1, 999 and 277CA can be taken from a file of answers"
            problems.append(Problem(one.index, one.first, "structure.version", reason, "999 or 277CA", kind))
        return []
    sent_at = one.interchange.date, one.interchange.time
    written = (one.group.date, one.group.time) if one.group else sent_at
    if kind == "999":
        group = read_999(one, problems)
        at = said.instant(*written) or said.instant(*sent_at)
        if group is not None and at is not None:
            return list(said.of_group(one.index, group, at, claims))
    else:
        answer = read_277ca(one, problems)
        at = said.instant(answer.created_date, answer.created_time) or said.instant(*written) or said.instant(*sent_at)
        if at is not None:
            own = {"", one.interchange.sender} | ({partner.receiver_id.strip()} if partner else set())
            return list(said.of_claims(one.index, answer, at, own_ids=own))
    if at is None:
        problems.append(_no_time(one.index, one.first))
    return []


def _kind(one: TransactionSet) -> str:
    return "277CA" if one.set_id == "277" and one.version.startswith(VERSION) else one.set_id


def _no_time(st_index: int, segment: int) -> Problem:
    return Problem(st_index, segment, "date.unreadable", "the answer has no readable date of its own", "CCYYMMDD")
