"""Say what the sweep of a file found: JSON lines for programs, a table for people, counts by rule."""

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from revcycle.cycle.edits.judge import FILING_LIMIT, Judgement, NotEvaluated
from revcycle.cycle.edits.read_file import ClaimsFile
from revcycle.cycle.edits.rule import BLOCK, Explanation, explain

UNREADABLE = "input.unreadable"
UNREADABLE_FIX = "Correct the row; the rest of the file was swept"
UNREADABLE_SOURCE = "The columns of a claims file"
BATCH = 10_000

TABLE_ROWS = 200

Finding = dict[str, Any]
Counts = Counter[tuple[str, str]]
"""Findings by rule and severity."""


def findings(judgement: Judgement, file: ClaimsFile) -> Iterator[Finding]:
    """Every finding of the file as the object it is printed as, by claim, first line, rule, codes and row."""
    return heapq.merge(_judged(judgement, file), sorted(_unreadable(file), key=_order), key=_order)


def _order(finding: Finding) -> tuple[str, int, str, list[str], int]:
    first_line = finding["lines"][0] if finding["lines"] else 0
    return finding["claim"], first_line, finding["rule"], finding["codes"], finding.get("row", 0)


def _judged(judgement: Judgement, file: ClaimsFile) -> Iterator[Finding]:
    names = file.claims.to_pylist()
    for batch in judgement.findings.to_batches(max_chunksize=BATCH):
        for row in batch.to_pylist():
            text = explain(row["rule"], row["severity"], row["codes"], row["details"])
            finding = _object(row, names[row["claim"] - 1], text)
            if row["others_count"]:
                finding["others"] = [
                    {"claim": names[other["claim"] - 1], "line": other["line"]} for other in row["others"]
                ]
                finding["others_count"] = row["others_count"]
            yield finding


def _unreadable(file: ClaimsFile) -> Iterator[Finding]:
    fixed = {"rule": UNREADABLE, "severity": BLOCK, "codes": [], "release": ""}
    for batch in file.unreadable.to_batches(max_chunksize=BATCH):
        for row in batch.to_pylist():
            text = Explanation(f"Row {row['row']}: {row['reason']}", UNREADABLE_FIX, UNREADABLE_SOURCE)
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
