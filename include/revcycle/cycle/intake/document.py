"""The tables of docs/intake.md, made from the columns as they are read: `python -m revcycle.cycle.intake.document`."""

import re
from pathlib import Path

from revcycle.cycle.intake.files import KINDS, Column, FileKind

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "intake.md"
_HEAD = "| column | | kind | example | |\n|---|---|---|---|---|"


def renewed(document: str) -> str:
    """The document with each table between `<!-- columns: KIND -->` and `<!-- end -->` made anew."""
    for kind in KINDS:
        mark = f"<!-- columns: {kind.name} -->\n"
        document = re.sub(f"(?s)({mark}).*?(<!-- end -->)", lambda found, kind=kind: _between(found, kind), document)
    return document


def _between(found: re.Match[str], kind: FileKind) -> str:
    rows = "\n".join(_row(column) for column in kind.columns)
    return f"{found[1]}{_HEAD}\n{rows}\n{found[2]}"


def _row(column: Column) -> str:
    marks = ", ".join(word for word, holds in (("required", column.required), ("whole", column.whole)) if holds)
    example = f"`{column.example}`" if column.example else ""
    return f"| `{column.name}` | {marks} | {column.kind.name} | {example} | {column.about} |"


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
