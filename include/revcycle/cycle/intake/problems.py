"""What of a file could not be taken as it stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell or row. `row` counts from the header, which is 1; `found` is PHI, for the owner's own terminal.

    `code` is the class of the value, `subject` the id of the patient or encounter that is quarantined, unless `mended`.
    """

    row: int
    field: str
    code: str
    expected: str
    found: str
    reason: str
    subject: str
    mended: bool = False
