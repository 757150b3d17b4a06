"""The tables of docs/intake.md, made from the columns as they are read: `python -m revcycle.cycle.intake.document`."""

from pathlib import Path

from revcycle.cycle.intake.files import KINDS, Column, FileKind

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "intake.md"
_HEAD = "| column | | kind | example | |\n|---|---|---|---|---|"


def renewed(document: str) -> str:
    """The document with each table between `<!-- columns: KIND -->` and `<!-- end -->` made anew."""
    for kind in KINDS:
        before, mark, rest = document.partition(f"<!-- columns: {kind.name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        document = f"{before}{mark}{_table(kind)}{end}{after}"
    return document


def _table(kind: FileKind) -> str:
    return "\n".join([_HEAD, *(_row(column) for column in kind.columns), ""])


def _row(column: Column) -> str:
    marks = ", ".join(word for word, holds in (("required", column.required), ("whole", column.whole)) if holds)
    example = f"`{column.example}`" if column.example else ""
    return f"| `{column.name}` | {marks} | {column.kind.name} | {example} | {column.about} |"


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
