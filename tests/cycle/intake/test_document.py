"""docs/intake.md says what is read."""

from revcycle.cycle.intake.document import DOCUMENT, renewed
from revcycle.cycle.intake.files import KINDS


def test_the_tables_of_the_document_are_the_columns_that_are_read() -> None:
    """When this fails: `python -m revcycle.cycle.intake.document`."""
    document = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(document) == document
    assert all(f"| `{name}` |" in document for kind in KINDS for name in kind.names)


def test_a_column_that_is_read_otherwise_changes_the_document() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(document.replace("| required | amount |", "| | text |")) == document


def test_the_examples_of_the_document_are_readable() -> None:
    columns = [(column, column.example) for kind in KINDS for column in kind.columns if column.example]
    assert [column.name for column, example in columns if hasattr(column.kind.read(example), "reason")] == []
    assert [column.name for kind in KINDS for column in kind.columns if column.required and not column.example] == []
