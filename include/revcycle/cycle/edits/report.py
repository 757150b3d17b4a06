"""Say what the sweep of a file found: JSON lines for programs, a table for people, counts by rule."""

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from revcycle.cycle.edits.judge import FILING_LIMIT, NotEvaluated
from revcycle.cycle.edits.relations import SHOWN
from revcycle.cycle.edits.rule import BLOCK, Explanation, explain
from revcycle.cycle.edits.sweep_file import FileSweep

UNREADABLE = "input.unreadable"
UNREADABLE_TEXT = ("Correct the row; the rest of the file was swept", "The columns of a claims file")
TABLE_ROWS = 200

Finding = dict[str, Any]
Counts = Counter[tuple[str, str]]
"""Findings by rule and severity."""


def findings(swept: FileSweep) -> Iterator[Finding]:
    """Every finding of the file as the object it is printed as, by claim, first line, rule, codes and row."""
    unreadable = sorted(_unreadable(swept), key=_order)
    judged = _judged(swept)
    return heapq.merge(judged, unreadable, key=_order) if unreadable else judged


def _order(finding: Finding) -> tuple[str, int, str, list[str], int]:
    first_line = finding["lines"][0] if finding["lines"] else 0
    return finding["claim"], first_line, finding["rule"], finding["codes"], finding.get("row", 0)


def _judged(swept: FileSweep) -> Iterator[Finding]:
    names = swept.file.claims.to_pylist()
    neighbours = swept.neighbours()

    @cache
    def shown(key: int, claim: int) -> list[Finding]:
        others = [other for other in neighbours[key] if other["claim"] != claim][:SHOWN]
        return [{"claim": names[other["claim"] - 1], "line": other["line"]} for other in others]

    # Only the claims among a row's first lines have to be left out: all others share one list.
    among = {key: {other["claim"] for other in found} for key, found in neighbours.items()}
    for row in swept.rows():
        text = _explained(row["rule"], row["severity"], tuple(row["codes"]), tuple(row["details"]))
        finding = _object(row, names[row["claim"] - 1], text)
        if (key := row["others_of"]) is not None:
            finding["others"] = shown(key, row["claim"] if row["claim"] in among[key] else 0)
            finding["others_count"] = row["others_count"]
        yield finding


_explained = lru_cache(maxsize=100_000)(explain)


def _unreadable(swept: FileSweep) -> Iterator[Finding]:
    fixed = {"rule": UNREADABLE, "severity": BLOCK, "codes": [], "release": ""}
    for row in swept.file.unreadable.to_pylist():
        text = Explanation(f"Row {row['row']}: {row['reason']}", *UNREADABLE_TEXT)
        yield _object(row | fixed, row["claim"], text) | {"row": row["row"]}


def _object(row: Mapping[str, Any], claim: str, text: Explanation) -> Finding:
    return {
        "rule": row["rule"],
        "severity": row["severity"],
        "claim": claim,
        "lines": row["lines"],
        "codes": row["codes"],
        "reason": text.reason,
        "fix": text.fix,
        "source": text.source,
        "release": row["release"],
    }


def print_json(found: Iterable[Finding], out: TextIO) -> Counts:
    """One object a line."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    counts: Counts = Counter()
    for finding in found:
        counts[finding["rule"], finding["severity"]] += 1
        out.write(encode(finding) + "\n")
    return counts


def print_text(found: Iterable[Finding], out: TextIO) -> Counts:
    """For people: a table on a terminal, cut after its first rows; elsewhere one line a finding, all of them."""
    counts: Counts = Counter()
    console = Console(file=out)
    table = Table("Severity", "Rule", "Claim", "Lines", "Codes", "Reason", "Fix", box=None)
    for finding in found:
        counts[finding["rule"], finding["severity"]] += 1
        cells = _cells(finding)
        if not console.is_terminal:
            out.write("\t".join(cells) + "\n")
        elif table.row_count < TABLE_ROWS:
            table.add_row(*map(escape, cells))
    if table.row_count:
        console.print(table)
        if counts.total() > TABLE_ROWS:
            console.print(f"... and {counts.total() - TABLE_ROWS} more; --json prints all of them")
    return counts


def _cells(finding: Finding) -> list[str]:
    lines, codes = ",".join(map(str, finding["lines"])), " ".join(finding["codes"])
    head = [finding["severity"], finding["rule"], finding["claim"], lines, codes]
    return [*head, finding["reason"], finding["fix"]]


def print_counts(counts: Counts, not_evaluated: Iterable[NotEvaluated], out: TextIO) -> None:
    """The counts by rule, and once each what was not evaluated."""
    for (rule, severity), count in sorted(counts.items()):
        out.write(f"{count:>9,}  {severity:<6}  {rule}\n")
    out.write(f"{counts.total():>9,}  findings\n")
    for entry in not_evaluated:
        out.write(f"not evaluated: {_silence(entry)}\n")


def _silence(entry: NotEvaluated) -> str:
    names = ", ".join(entry.rules)
    where = f"{len(entry.claims):,} claims with lines of {entry.first} to {entry.last}"
    if entry.source == FILING_LIMIT:
        return f"{names} for {where}: practice.yaml has no filing limit of their payer for that date"
    if entry.since is None:
        return f"{names} for {where}: no {entry.source} table is loaded; see `./revcycle reference list`"
    return f"{names} for {where}: the {entry.source} table begins on {entry.since}"
