"""Codes to make claims of, picked from the national tables by what is true of them."""

import random
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from tests.oracles.sweep import longer_codes
from tests.oracles.tables import Tables, in_force

OCE_BEGINS = date(2019, 7, 1)
ICD_BEGINS = date(2015, 10, 1)
AS_FAR_AS = date(2026, 11, 20)
SAMPLE = 600


class Pools:
    """Seeded picks. `steady` ones are valid on every day and break no rule alone."""

    def __init__(self, tables: Tables, seed: int) -> None:
        self.tables = tables
        self.rng = random.Random(seed)
        known = sorted(tables.procedures)
        self._codes = sorted({*self.rng.sample(known, SAMPLE), "99213", "99214", "93000", "36415", "20610", "11730"})
        self._pairs = tables.pairs(self._codes)

    def _pick(self, codes: list[str], count: int = 60) -> list[str]:
        return self.rng.sample(codes, min(count, len(codes)))

    @cached_property
    def _leaves(self) -> list[str]:
        """Diagnoses that are the beginning of no other, so that a code out of its dates is nothing else."""
        codes = self.tables.codes_in_order
        return [code for code, after in pairwise([*codes, ""]) if not after.startswith(code)]

    @cached_property
    def steady_diagnoses(self) -> list[str]:
        """Billable on every day, for everybody, first or not."""
        plain = {(False, False, 0, 124)}
        return self._pick(
            [
                code
                for code in self._leaves
                if self.tables.billable[code] == [(ICD_BEGINS, None)]
                and {tuple(row[2:]) for row in self.tables.flags.get(code, [])} <= plain
            ],
            200,
        )

    @cached_property
    def begun_diagnoses(self) -> list[tuple[str, date]]:
        """(code, first day) of those that began later than the first release."""
        codes = [c for c in self._leaves if ICD_BEGINS < self.tables.billable[c][0][0] <= AS_FAR_AS]
        return [(code, self.tables.billable[code][0][0]) for code in self._pick(codes)]

    @cached_property
    def ended_diagnoses(self) -> list[tuple[str, date]]:
        """(code, last day) of those that are gone for good."""
        ends = [(code, self.tables.billable[code][-1][1]) for code in self._leaves]
        gone = {code: end for code, end in ends if end is not None and end < AS_FAR_AS}
        return [(code, gone[code]) for code in self._pick(sorted(gone))]

    @cached_property
    def headers(self) -> list[str]:
        """Beginnings of steady diagnoses that never were billable themselves."""
        beginnings = {code[:size] for code in self.steady_diagnoses for size in range(3, len(code))}
        return sorted(beginnings - set(self.tables.billable))

    @cached_property
    def dormant_headers(self) -> list[tuple[str, date]]:
        """(code, day): the beginning of codes that begin only on the day after, and never billable itself."""
        found = []
        for code, first in self.begun_diagnoses:
            for size in range(3, len(code)):
                longer = list(longer_codes(code[:size], self.tables.codes_in_order))
                never_billable = code[:size] not in self.tables.billable
                if never_billable and all(self.tables.billable[other][0][0] >= first for other in longer):
                    found.append((code[:size], first - timedelta(days=1)))
        return found

    @cached_property
    def _lasting_flags(self) -> list[tuple[str, tuple[Any, ...]]]:
        """(code, (manifestation, external cause, lowest age, highest age)) of flags that never changed."""
        lasting = (OCE_BEGINS, None)
        return [(c, r[0][2:]) for c, r in sorted(self.tables.flags.items()) if len(r) == 1 and r[0][:2] == lasting]

    def flagged(self, position: int) -> list[str]:
        """Diagnoses that are a manifestation (0) or an external cause (1) on every day."""
        return self._pick([code for code, flags in self._lasting_flags if flags[position]])

    def aged(self, low: int, high: int) -> list[str]:
        """Diagnoses with this age range on every day."""
        return self._pick([code for code, flags in self._lasting_flags if flags[2:] == (low, high)])

    @cached_property
    def any_diagnoses(self) -> list[str]:
        """All sorts, a few of each, so that they meet again."""
        dated = [code for code, _ in self.begun_diagnoses[:8] + self.ended_diagnoses[:8]]
        odd = ["M545", "M5450", "K31A0", "ZZZ", "A0", "A", "123", "I10X", "É12"]
        flagged = (
            self.flagged(0)[:3]
            + self.flagged(1)[:3]
            + self.aged(0, 17)[:3]
            + self.aged(12, 55)[:2]
            + self.aged(0, 0)[:2]
        )
        return self.steady_diagnoses[:12] + dated + self.headers[:6] + flagged + odd

    @cached_property
    def steady_procedures(self) -> list[str]:
        """Valid since the first release, no add-on, no visit, with no pair among themselves."""
        chosen: list[str] = []
        tables = self.tables
        fit = [
            code
            for code in self._codes
            if tables.procedures[code] == [(OCE_BEGINS, None)]
            and code not in tables.addons
            and not code.startswith("99")
            and all(row[2] >= 1 for row in tables.mue.get(code, []))
        ]
        for code in self.rng.sample(fit, len(fit)):
            if all((code, other) not in self._pairs and (other, code) not in self._pairs for other in chosen):
                chosen.append(code)
        return chosen

    @cached_property
    def begun_procedures(self) -> list[tuple[str, date]]:
        """(code, first day) of those that began after the first release."""
        firsts = {code: min(row[0] for row in rows) for code, rows in self.tables.procedures.items()}
        return [(code, firsts[code]) for code in self._pick(sorted(c for c, day in firsts.items() if day > OCE_BEGINS))]

    @cached_property
    def ended_procedures(self) -> list[tuple[str, date]]:
        """(code, last day) of those that are gone for good."""
        lasts = {code: [row[1] for row in rows] for code, rows in self.tables.procedures.items()}
        gone = {code: max(e for e in ends if e) for code, ends in lasts.items() if None not in ends}
        return [(code, gone[code]) for code in self._pick(sorted(gone))]

    @cached_property
    def interrupted_procedures(self) -> list[tuple[str, date]]:
        """(code, a day in a gap between two ranges)."""
        found = []
        for code, rows in sorted(self.tables.procedures.items()):
            for (_, last), (first, _) in pairwise(sorted(rows, key=lambda row: row[0])):
                if last is not None and (first - last).days > 1:
                    found.append((code, last + timedelta(days=1)))
        return found

    @cached_property
    def any_procedures(self) -> list[str]:
        """All sorts of procedures."""
        dated = [code for code, _ in self.begun_procedures[:8] + self.ended_procedures[:8]]
        return (
            self.steady_procedures[:20]
            + dated
            + ["99201", "99499", "99500", "92014", "G0439", "XYZZY", "0001", "9921Ø"]
        )

    @cached_property
    def pairs(self) -> list[tuple[str, str, int, date, date | None]]:
        """(column 1, column 2, indicator, first day, last day); half of them of indicator 0 or ended."""
        rows = [(one, two, *span[1:]) for (one, two), spans in sorted(self._pairs.items()) for span in spans]
        scarce = [row for row in rows if row[2] != 1 or row[4] is not None]
        common = [row for row in rows if row not in set(scarce)]
        return scarce + self.rng.sample(common, min(len(common), len(scarce)))

    def open_pairs(self, indicator: int) -> list[tuple[str, str]]:
        """Pairs of two valid codes that are in force on every day since mid-2024."""
        day = date(2024, 7, 1)
        return [
            (one, two)
            for one, two, kind, first, last in self.pairs
            if kind == indicator and in_force(day, first, last) and last is None and len(self._pairs[one, two]) == 1
        ]

    @cached_property
    def addon_pairs(self) -> list[tuple[str, str]]:
        """(add-on, listed primary) of types 1 and 3."""
        rows = [(a, r[3]) for a, entries in sorted(self.tables.addons.items()) for r in entries if r[2] != 2]
        return self.rng.sample(rows, 60)

    @cached_property
    def addons_without_list(self) -> list[str]:
        """Add-ons for which there is no national list."""
        return self.addons(2)

    def addons(self, kind: int) -> list[str]:
        """Add-ons whose lowest type is this one, in force since mid-2024 or before."""
        day, found = date(2025, 11, 3), []
        for code, entries in sorted(self.tables.addons.items()):
            kinds = [row[2] for row in entries if in_force(day, row[0], row[1])]
            if kinds and min(kinds) == kind:
                found.append(code)
        return found

    def primaries(self, addon: str, day: date) -> list[str]:
        """The procedures listed for an add-on on a day."""
        return [row[3] for row in self.tables.addons[addon] if row[2] != 2 and in_force(day, row[0], row[1])]

    @property
    def addons_of_both_lists(self) -> list[str]:
        """Add-ons with primaries of type 1 and of type 3."""
        return [code for code, rows in sorted(self.tables.addons.items()) if {1, 3} <= {row[2] for row in rows}]

    def limited_by(self, indicator: int, count: int = 60) -> list[tuple[str, int]]:
        """(code, value) of medically unlikely edits of this adjudication indicator."""
        codes = [c for c, rows in sorted(self.tables.mue.items()) if rows[0][3] == indicator]
        return [(code, self.tables.mue[code][0][2]) for code in self._pick(codes, count)]

    @cached_property
    def limited(self) -> list[str]:
        """Codes of all three indicators, those of value 0 among them."""
        none = [code for code, rows in sorted(self.tables.mue.items()) if rows[0][2] == 0]
        return [code for kind in (1, 2, 3) for code, _ in self.limited_by(kind)[:6]] + self._pick(none, 4)

    @cached_property
    def any_modifiers(self) -> list[str]:
        """Bypassing, conflicting, ended, category II, unknown and plain ones."""
        bypassing = ["25", "59", "XE", "XU", "LT", "RT", "24", "57", "91", "lt", "xe"]
        return [
            *bypassing,
            "50",
            "26",
            "TC",
            "CT",
            "FX",
            "ER",
            "PN",
            "PO",
            "LU",
            "CS",
            "95",
            "1P",
            "8P",
            "ZQ",
            "Q",
            "#0",
        ]
