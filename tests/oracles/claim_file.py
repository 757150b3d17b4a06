"""A claim file in the making: its rows, what was planted in it, and the many shapes in which it may be handed in.

Nothing here is a real patient, provider or payer.
"""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date

from tests.oracles.lines import COLUMNS
from tests.oracles.pools import Pools
from tests.oracles.sweep import Limit

AS_OF = date(2026, 11, 24)
LIMITS = (
    Limit("MEDICARE", date(2015, 1, 1), None, 1, "years"),
    Limit("NORTHWIND", date(2015, 1, 1), date(2025, 12, 31), 180, "days"),
    Limit("NORTHWIND", date(2026, 1, 1), None, 3, "months"),
)
NPIS = ("1143044323", "1569583515", "2840388542", "2523163741")
# Order is by code point: letters composed and decomposed, in both cases, below and above UTF-16's surrogates.
PREFIXES = ("C-", "c-", "CLM-", "Ñ-", "é-", "e\u0301-", "\ufb01-", "\U0001f600-", "10-", "9-", "'-", "=-", "Zoë ")
SPACES = (" ", "  ", "\t")

Row = dict[str, str]


@dataclass
class ClaimFile:
    """The rows of a file while it is made, and what was planted in them."""

    rng: random.Random
    pools: Pools
    rows: list[Row] = field(default_factory=list)
    present: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set)
    absent: set[tuple[str, str]] = field(default_factory=set)
    made: int = 0

    def claim(self, *lines: Row, **common: str) -> str:
        """Add one claim, clean but for what is said, and return its id."""
        self.made += 1
        claim = f"{self.rng.choice(PREFIXES)}{self.rng.randrange(10**6):06}-{self.made}"
        base = {
            "claim_id": claim,
            "patient_id": f"P{self.made:06}",
            "birth_date": "1980-05-05",
            "sex": self.rng.choice(("F", "M", "U", "")),
            "payer": "",
            "rendering_npi": self.rng.choice(NPIS),
            "taxonomy": self.rng.choice(("207Q00000X", "")),
            "date_from": "2025-03-04",
            "date_to": "",
            "place_of_service": "11",
            "units": "1",
            "charge": f"{self.rng.randrange(100, 99999) / 100:.2f}",
            "diagnoses": ";".join(self.rng.sample(self.pools.steady_diagnoses, 2)),
            "pointers": self.rng.choice(("1", "2", "1;2", "2;1")),
            "prior_authorization": self.rng.choice(("", "", "A-β", "A\nB")),
        }
        procedures = self.rng.sample(self.pools.steady_procedures, len(lines) or 1)
        for number, line in enumerate(lines or ({},), start=1):
            self.rows.append(base | {"line": str(number), "procedure": procedures[number - 1]} | common | line)
        return claim

    def plant(self, rule: str, claim: str, *codes: str) -> None:
        """The rule must fire on the claim with these codes."""
        self.present.add((rule, claim, codes))

    def spare(self, rule: str, claim: str) -> None:
        """The rule must not fire on the claim."""
        self.absent.add((rule, claim))

    def near(self, rule: str, hit: bool, claim: str, *codes: str) -> None:
        """Planted where `hit`, a near miss where not."""
        if hit:
            self.plant(rule, claim, *codes)
        else:
            self.spare(rule, claim)

    def to_bytes(self) -> bytes:
        """The file in one of the many shapes that are to be read alike."""
        rng = self.rng
        columns = list(COLUMNS)
        rng.shuffle(columns)
        if rng.random() < 0.5:
            columns.remove(rng.choice(("taxonomy", "prior_authorization")))
        out = io.StringIO(newline="")
        dialect = rng.choice((csv.unix_dialect, csv.excel))  # all quoted, LF; or quoted where needed, CRLF
        writer = csv.writer(out, dialect)
        writer.writerow([self._spaced(column) for column in columns])
        for row in self.rows:
            values = [self._spaced(row.get(column, "")) for column in columns]
            if rng.random() < 0.02:
                out.write("\n")
            values += ["surplus"] * int(row.get("surplus", 0))
            writer.writerow(values[: len(values) - int(row.get("lacking", 0))])
        text = out.getvalue()
        if rng.random() < 0.5:
            text += rng.choice(("\n\n\n", "\r\n"))
        return text.encode("utf-8-sig" if rng.random() < 0.5 else "utf-8")

    def _spaced(self, value: str) -> str:
        if self.rng.random() < 0.97:
            return value
        return self.rng.choice(("", *SPACES)) + value + self.rng.choice(SPACES)


def disguise(rng: random.Random, code: str) -> str:
    """The same diagnosis as people write it: with or without the dot, in either case."""
    if len(code) > 3 and rng.random() < 0.5:
        code = f"{code[:3]}.{code[3:]}"
    return code.lower() if rng.random() < 0.3 else code
