"""Say what the sweep of a file found: JSON lines for programs, a table for people, counts by rule."""

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from revcycle.cycle.edits.judge import FILING_LIMIT, NotEvaluated
from revcycle.cycle.edits.judge_store import Judged
from revcycle.cycle.edits.relations import SHOWN
from revcycle.cycle.edits.rule import BLOCK, Explanation, explain
from revcycle.cycle.edits.sweep_file import FileSweep

UNREADABLE = "input.unreadable"
UNREADABLE_TEXT = ("Correct the row; the rest of the file was swept", "The columns of a claims file")
TABLE_ROWS = 200
# JSON allows them in a text, but many readers would end the line there.
LINE_ENDS = {point: f"\\u{point:04x}" for point in (0x85, 0x2028, 0x2029)}


class Finding(NamedTuple):
    """One finding of a file; lines, codes and others are JSON texts, which is how most of them leave."""

    claim: str
    first_line: int
    rule: str
    row: int
    severity: str
    lines: str
    codes: str
    text: Explanation
    release: str
    others: str
    others_count: int


Counts = Counter[tuple[str, str]]
"""Findings by rule and severity."""

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def of_store(judged: Judged) -> Iterator[Finding]:
    """Every finding of a judgement over the database, in the same order."""
    names = dict(zip(*(judged.claims.column(name).to_pylist() for name in ("claim", "name")), strict=True))
    for row in judged.judgement.findings.to_pylist():
        lines, codes, details = (_json(row[name]) for name in ("lines", "codes", "details"))
        yield Finding(
            names[row["claim"]],
            row["lines"][0],
            row["rule"],
            0,
            row["severity"],
            lines,
            codes,
            _explained(row["rule"], row["severity"], codes, details),
            row["release"],
            _json([{"claim": names[other["claim"]], "line": other["line"]} for other in row["others"]]),
            row["others_count"],
        )


def findings(swept: FileSweep) -> Iterator[Finding]:
    """Every finding of the file, by claim, first line, rule, codes and row."""
    return heapq.merge(_judged(swept), sorted(_unreadable(swept), key=_order), key=_order)


def _order(finding: Finding) -> tuple[str, int, str, int]:
    """What tells rows that cannot be read from judged findings: they are a rule of their own, without codes."""
    return finding[:4]


def _judged(swept: FileSweep) -> Iterator[Finding]:
    names = swept.file.claims.to_pylist()
    neighbours = swept.neighbours()
    # Only the claims among the shared lines have to be left out: all others see the same.
    among = {key: {other["claim"] for other in found} for key, found in neighbours.items()}

    @cache
    def others(key: int, claim: int) -> str:
        seen = [other for other in neighbours[key] if other["claim"] != claim][:SHOWN]
        return _json([{"claim": names[other["claim"] - 1], "line": other["line"]} for other in seen])

    for rule, severity, claim, first_line, lines, codes, details, release, key, others_count in swept.rows():
        elsewhere = others(key, claim if claim in among[key] else 0) if others_count else ""
        text = _explained(rule, severity, codes, details)
        yield Finding(
            names[claim - 1], first_line, rule, 0, severity, lines, codes, text, release, elsewhere, others_count
        )


@lru_cache(maxsize=50_000)
def _explained(rule: str, severity: str, codes: str, details: str) -> Explanation:
    return explain(rule, severity, json.loads(codes), json.loads(details))


def _unreadable(swept: FileSweep) -> Iterator[Finding]:
    for found in swept.file.unreadable.to_pylist():
        text = Explanation(f"Row {found['row']}: {found['reason']}", *UNREADABLE_TEXT)
        first_line = found["lines"][0] if found["lines"] else 0
        lines = _json(found["lines"])
        yield Finding(found["claim"], first_line, UNREADABLE, found["row"], BLOCK, lines, "[]", text, "", "", 0)


def print_json(found: Iterable[Finding], out: TextIO) -> Counts:
    """One object a line."""
    counts: Counts = Counter()
    for finding in found:
        counts[finding.rule, finding.severity] += 1
        out.write(_object(finding))
    return counts


def _object(finding: Finding) -> str:
    rest = f',"others":{finding.others},"others_count":{finding.others_count}' if finding.others_count else ""
    if finding.row:
        rest = f',"row":{finding.row}'
    text = finding.text
    line = (
        f'{{"rule":"{finding.rule}","severity":"{finding.severity}","claim":{_text(finding.claim)},'
        f'"lines":{finding.lines},"codes":{finding.codes},"reason":{_json(text.reason)},'
        f'"fix":{_text(text.fix)},"source":{_text(text.source)},"release":{_text(finding.release)}{rest}}}\n'
    )
    return line if line.isascii() else line.translate(LINE_ENDS)


_text = lru_cache(maxsize=10_000)(_json)


def print_text(found: Iterable[Finding], out: TextIO) -> Counts:
    """For people: a table on a terminal, cut after its first rows; elsewhere one line a finding, all of them."""
    counts: Counts = Counter()
    console = Console(file=out)
    table = Table("Severity", "Rule", "Claim", "Lines", "Codes", "Reason", "Fix", box=None)
    for finding in found:
        counts[finding.rule, finding.severity] += 1
        if not console.is_terminal:
            out.write("\t".join(_cells(finding)) + "\n")
        elif table.row_count < TABLE_ROWS:
            table.add_row(*map(escape, _cells(finding)))
    if table.row_count:
        console.print(table)
        if counts.total() > TABLE_ROWS:
            console.print(f"... and {counts.total() - TABLE_ROWS} more; --json prints all of them")
    return counts


def _cells(finding: Finding) -> list[str]:
    lines, codes = finding.lines.strip("[]"), " ".join(json.loads(finding.codes))
    return [finding.severity, finding.rule, finding.claim, lines, codes, finding.text.reason, finding.text.fix]


def print_counts(counts: Counts, not_evaluated: Iterable[NotEvaluated], out: TextIO) -> None:
    """The counts by rule, and once each what was not evaluated."""
    for (rule, severity), count in sorted(counts.items()):
        out.write(f"{count:>9,}  {severity:<6}  {rule}\n")
    out.write(f"{counts.total():>9,}  findings\n")
    print_silences(silences(not_evaluated), out)


@dataclass(frozen=True)
class Silence:
    """Rules that said nothing about some claims, the dates of service of their lines, and why."""

    rules: tuple[str, ...]
    claims: int
    first: date
    last: date
    reason: str

    def as_json(self) -> dict[str, Any]:
        """The same for programs; dates are ISO."""
        return asdict(self) | {"first": self.first.isoformat(), "last": self.last.isoformat()}


def silences(not_evaluated: Iterable[NotEvaluated]) -> list[Silence]:
    """One of each rules and reason; entries of several chunks, which share no claim, are put together."""
    found: dict[tuple[tuple[str, ...], str], Silence] = {}
    for entry in not_evaluated:
        key = (entry.rules, _reason(entry))
        here = Silence(entry.rules, len(entry.claims), entry.first, entry.last, key[1])
        before = found.get(key, replace(here, claims=0))
        first, last = min(before.first, here.first), max(before.last, here.last)
        found[key] = replace(here, claims=before.claims + here.claims, first=first, last=last)
    return list(found.values())


def print_silences(found: Iterable[Silence], out: TextIO) -> None:
    """One line each."""
    for one in found:
        where = f"{one.claims:,} claims with lines of {one.first} to {one.last}"
        out.write(f"not evaluated: {', '.join(one.rules)} for {where}: {one.reason}\n")


def _reason(entry: NotEvaluated) -> str:
    if entry.source == FILING_LIMIT:
        return "practice.yaml has no filing limit of their payer for that date"
    if entry.since is None:
        return f"no {entry.source} table is loaded; see `./revcycle reference list`"
    if entry.until is None:
        return f"the {entry.source} table begins on {entry.since}"
    return f"no {entry.source} release covers the days between {entry.until} and {entry.since}"
