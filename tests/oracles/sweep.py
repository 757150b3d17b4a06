"""The sweep a second time: slow, plain, one row at a time. It shares nothing with the product but the national tables.

`sweep` reads a claims file as bytes and returns its findings in the order in which the product must print them,
without the texts (reason, fix, source, release).
"""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

from tests.oracles.lines import Finding, Line, read
from tests.oracles.tables import HOSPITAL, PRACTITIONER, Tables, in_force

PLACES = {
    f"{n:02}" for n in (*range(1, 28), 31, 32, 33, 34, 41, 42, *range(49, 59), 60, 61, 62, 65, 66, 71, 72, 81, 99)
}
CATEGORY_II = {"1P", "2P", "3P", "8P"}
OWN_CONFLICTS = {frozenset(p) for p in (("LT", "RT"), ("50", "LT"), ("50", "RT"), ("26", "TC"))}
VISITS_BEYOND_EM = {"92002", "92004", "92012", "92014", "G0101", "G0402", "G0438", "G0439"}


@dataclass(frozen=True)
class Limit:
    """One payer's filing limit: so many days, months or years after the service, in force on dates of service."""

    payer: str
    valid_from: date
    valid_to: date | None
    count: int
    unit: str


def sweep(data: bytes, tables: Tables, as_of: date, limits: Sequence[Limit] = ()) -> list[Finding]:
    """Every finding of the file, ordered by claim, first line, rule, codes and row."""
    lines, findings = read(data)
    findings += judge(lines, tables, lambda claim: as_of, limits)
    return sorted(findings, key=_order)


def judge(
    lines: Iterable[Line], tables: Tables, today: Callable[[str], date], limits: Sequence[Limit] = ()
) -> list[Finding]:
    """Every finding of readable lines, in no order; `today` says as of which day a claim is judged."""
    claims: dict[str, list[Line]] = {}
    groups: dict[tuple[str, str, date], list[Line]] = {}
    for one in sorted(lines, key=lambda line: (line.claim, line.line)):
        claims.setdefault(one.claim, []).append(one)
        groups.setdefault(one.group, []).append(one)
    pairs = tables.pairs(one.procedure for claim in claims.values() for one in claim)
    found: list[Finding] = []
    for claim in claims.values():
        found += diagnosis_rules(claim, tables)
        for one in claim:
            found += line_rules(one, today(one.claim), limits)
            found += procedure_rule(one, tables)
            found += modifier_rules(one, tables)
    for group in groups.values():
        found += pair_rules(group, pairs, tables)
        found += unit_rules(group, tables)
        found += addon_rule(group, tables)
        found += duplicate_rule(group)
    return found


def _order(finding: Finding) -> tuple[Any, ...]:
    first = finding["lines"][:1]
    return finding["claim"], first, finding["rule"], finding["codes"], finding.get("row", 0), finding["lines"]


# --- diagnoses -------------------------------------------------------------------------------------------------------


def diagnosis_rules(claim: list[Line], tables: Tables) -> Iterator[Finding]:
    """The claim's diagnoses, each on the date of every line of the claim."""
    codes = claim[0].diagnoses
    if not codes:
        yield _finding("diagnosis.missing", "block", claim, [])
        return
    if len(codes) > 12:
        yield _finding("diagnosis.too_many", "block", claim, [])
    for code in sorted(set(codes)):
        if codes.count(code) > 1:
            yield _finding("icd10.duplicate", "block", claim, [code])
        failing: dict[str, list[Line]] = {}
        for one in claim:
            fault = diagnosis_fault(code, one.day, tables)
            if fault:
                failing.setdefault(fault, []).append(one)
        for rule, lines in failing.items():
            yield _finding(rule, "block", lines, [code])
        too_young_or_old = [one for one in claim if not age_fits(code, one, tables)]
        if too_young_or_old:
            yield _finding("icd10.age", "review", too_young_or_old, [code])
    for position, rule in enumerate(("icd10.manifestation_first", "icd10.external_cause_first")):
        wrong = [one for one in claim if any(flags[position] for flags in _flags(codes[0], one.day, tables))]
        if wrong:
            yield _finding(rule, "block", wrong, [codes[0]])


def diagnosis_fault(code: str, day: date, tables: Tables) -> str | None:
    """The rule a diagnosis breaks on a day, if any."""
    if not tables.covers("icd10cm", day):
        return None
    own = tables.billable.get(code, [])
    if any(in_force(day, first, last) for first, last in own):
        return None
    longer = list(longer_codes(code, tables.codes_in_order)) if len(code) >= 3 else []
    if any(in_force(day, first, last) for other in longer for first, last in tables.billable[other]):
        return "icd10.incomplete"
    if own:
        ended = any(last is not None and last < day for _, last in own)
        return "icd10.no_longer_valid" if ended else "icd10.not_yet_valid"
    return "icd10.incomplete" if longer else "icd10.unknown"


def longer_codes(code: str, codes_in_order: Sequence[str]) -> Iterator[str]:
    """The codes of which this one is the beginning."""
    at = bisect.bisect_right(codes_in_order, code)
    while at < len(codes_in_order) and codes_in_order[at].startswith(code):
        yield codes_in_order[at]
        at += 1


def _flags(code: str, day: date, tables: Tables) -> list[tuple[bool, bool, int, int]]:
    return [tuple(row[2:]) for row in tables.flags.get(code, []) if in_force(day, row[0], row[1])]


def age_fits(code: str, one: Line, tables: Tables) -> bool:
    """Whether the patient's completed years on the date of service lie in the code's range, ends included."""
    if one.birth is None or one.birth > one.day:
        return True
    birthday_to_come = (one.day.month, one.day.day) < (one.birth.month, one.birth.day)
    years = one.day.year - one.birth.year - birthday_to_come
    ranges = [(low, high) for _, _, low, high in _flags(code, one.day, tables)]
    return all(low <= years and (years <= high or high == 124) for low, high in ranges)


# --- one line at a time ----------------------------------------------------------------------------------------------


def line_rules(one: Line, as_of: date, limits: Sequence[Limit]) -> Iterator[Finding]:
    """Rules that need the line and nothing else."""
    procedure = [one.procedure]
    if one.place not in PLACES:
        yield _finding("place.unknown", "block", [one], [one.place])
    if one.npi == "":
        yield _finding("npi.missing", "review", [one], [])
    elif not npi_checks(one.npi):
        yield _finding("npi.check_digit", "block", [one], [one.npi])
    known = range(1, len(one.diagnoses) + 1)
    if one.diagnoses and (not one.pointers or any(pointer not in known for pointer in one.pointers)):
        yield _finding("diagnosis.pointer", "block", [one], procedure)
    if len(one.pointers) > 4:
        yield _finding("diagnosis.too_many", "block", [one], procedure)
    if one.units <= 0:
        yield _finding("line.units", "block", [one], procedure)
    if one.day > as_of or (one.end is not None and (one.end < one.day or one.end > as_of)):
        yield _finding("line.dates", "block", [one], procedure)
    for limit in limits:
        its_own = limit.payer == one.payer and in_force(one.day, limit.valid_from, limit.valid_to)
        if its_own and one.day <= as_of and as_of > last_day_to_file(limit, one.day):
            yield _finding("filing.expired", "block", [one], procedure)


def npi_checks(npi: str) -> bool:
    """Ten digits beginning with 1 or 2, the last of them right by Luhn over 80840 and the number (45 CFR 162.406)."""
    if not re.fullmatch("[12][0-9]{9}", npi):
        return False
    total = 0
    for position, digit in enumerate(reversed("80840" + npi)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def last_day_to_file(limit: Limit, service: date) -> date:
    """Counted in the unit the limit is written in; a day the month lacks becomes the month's last."""
    if limit.unit == "days":
        return service + timedelta(days=limit.count)
    months = service.year * 12 + service.month - 1 + limit.count * (12 if limit.unit == "years" else 1)
    for day in (service.day, 30, 29, 28):
        if day <= service.day:
            try:
                return date(months // 12, months % 12 + 1, day)
            except ValueError:
                continue
    raise AssertionError("every month has a 28th")


def procedure_rule(one: Line, tables: Tables) -> Iterator[Finding]:
    """HCPCS and CPT by the I/OCE table."""
    if not tables.covers("hcpcs", one.day):
        return
    spans = tables.procedures.get(one.procedure, [])
    if any(in_force(one.day, first, last) for first, last in spans):
        return
    if not spans:
        severity = "review" if one.day > tables.newest_day("hcpcs") else "block"
        yield _finding("procedure.unknown", severity, [one], [one.procedure])
    elif any(last is not None and last < one.day for _, last in spans):
        yield _finding("procedure.no_longer_valid", "block", [one], [one.procedure])
    else:
        yield _finding("procedure.not_yet_valid", "block", [one], [one.procedure])


def is_visit(procedure: str) -> bool:
    """An evaluation and management service."""
    return re.fullmatch("[0-9]{5}", procedure) is not None and 99201 <= int(procedure) <= 99499


def modifier_rules(one: Line, tables: Tables) -> Iterator[Finding]:
    """Each modifier of a line, and each two of them."""
    for modifier in sorted(set(one.modifiers)):
        codes = [one.procedure, modifier]
        spans = tables.modifiers.get(modifier, [])
        if tables.covers("modifier", one.day) and modifier not in CATEGORY_II:
            if not spans:
                severity = "review" if one.day > tables.newest_day("modifier") else "block"
                yield _finding("modifier.unknown", severity, [one], codes)
            elif not any(in_force(one.day, first, last) for first, last, _ in spans):
                yield _finding("modifier.not_valid_on_date", "block", [one], codes)
        if one.modifiers.count(modifier) > 1:
            yield _finding("modifier.repeated", "block", [one], codes)
        if modifier in ("59", "XE", "XP", "XS", "XU") and is_visit(one.procedure):
            yield _finding("modifier.not_on_em", "block", [one], codes)
        if modifier in ("24", "25", "57") and not is_visit(one.procedure) and one.procedure not in VISITS_BEYOND_EM:
            yield _finding("modifier.em_only", "review", [one], codes)
    for first, second in combinations(sorted(set(one.modifiers)), 2):
        if frozenset((first, second)) in OWN_CONFLICTS or _cms_conflict(first, second, one.day, tables):
            yield _finding("modifier.conflict", "block", [one], [one.procedure, first, second])


def _cms_conflict(first: str, second: str, day: date, tables: Tables) -> bool:
    for one, other in ((first, second), (second, first)):
        for start, last, partner in tables.conflicts.get(one, []):
            if partner == other and in_force(day, start, last):
                return True
    return False


# --- a patient's day with one provider -------------------------------------------------------------------------------


def pair_rules(group: list[Line], pairs: dict[Any, Any], tables: Tables) -> Iterator[Finding]:
    """NCCI procedure-to-procedure: each line as column 2, each other code of the day as column 1."""
    day = group[0].day
    practitioner = tables.practitioner_pairs_on(day)
    setting, severity = (PRACTITIONER, "block") if practitioner else (HOSPITAL, "review")
    for one in group:
        for code in sorted({other.procedure for other in group} - {one.procedure}):
            column_1 = [other for other in group if other.procedure == code]
            for owner, indicator, first, last in pairs.get((code, one.procedure), []):
                if owner != setting or not in_force(day, first, last):
                    continue
                codes = [code, one.procedure]
                if indicator == 0:
                    yield _across("ncci.ptp_never", severity, one, column_1, codes)
                elif indicator == 1 and (_bypasses(one, tables) or all(_bypasses(c, tables) for c in column_1)):
                    yield _across("ncci.ptp_bypassed", "info", one, column_1, codes)
                elif indicator == 1:
                    yield _across("ncci.ptp_modifier_missing", severity, one, column_1, codes)


def _bypasses(one: Line, tables: Tables) -> bool:
    for modifier in one.modifiers:
        for first, last, ncci in tables.modifiers.get(modifier, []):
            if ncci and in_force(one.day, first, last):
                return True
    return False


def unit_rules(group: list[Line], tables: Tables) -> Iterator[Finding]:
    """NCCI medically unlikely edits: the line for indicator 1, the day for 2 and 3."""
    for code in sorted({one.procedure for one in group}):
        lines = [one for one in group if one.procedure == code]
        for first, last, value, indicator in tables.mue.get(code, []):
            if not in_force(group[0].day, first, last):
                continue
            if indicator == 1:
                for one in lines:
                    if daily_units(one) > value:
                        yield _finding("ncci.mue_line", "block", [one], [code])
            elif sum(daily_units(one) for one in lines) > value:
                rule, severity = ("ncci.mue_day", "block") if indicator == 2 else ("ncci.mue_clinical", "review")
                for claim in sorted({one.claim for one in lines}):
                    own = [one for one in lines if one.claim == claim]
                    yield _across(rule, severity, own[0], lines, [code])


def daily_units(one: Line) -> Fraction:
    """Units as billed, spread evenly over the days of a line that runs over several; none where not above 0."""
    if one.units <= 0:
        return Fraction(0)
    if one.end is None or one.end <= one.day:
        return one.units
    return one.units / ((one.end - one.day).days + 1)


def addon_rule(group: list[Line], tables: Tables) -> Iterator[Finding]:
    """An add-on code needs its primary on the same day."""
    day = group[0].day
    procedures = {one.procedure for one in group}
    for one in group:
        entries = _addon_entries(one.procedure, day, tables)
        if not entries:
            continue
        lowest = min(kind for kind, _ in entries)
        if lowest == 2:
            missing = all(_addon_entries(code, day, tables) for code in procedures)
        else:
            missing = not any(primary in procedures for _, primary in entries)
        if missing:
            yield _finding("addon.primary_missing", "block" if lowest == 1 else "review", [one], [one.procedure])


def _addon_entries(code: str, day: date, tables: Tables) -> list[tuple[int, str]]:
    return [(kind, primary) for first, last, kind, primary in tables.addons.get(code, []) if in_force(day, first, last)]


def duplicate_rule(group: list[Line]) -> Iterator[Finding]:
    """The same procedure and modifiers again; the first in order of claim and line is the one repeated."""
    firsts: dict[tuple[str, frozenset[str]], Line] = {}
    for one in group:
        first = firsts.setdefault((one.procedure, frozenset(one.modifiers)), one)
        if first is not one:
            yield _across("line.duplicate", "review", one, [first], [one.procedure])


# --- findings --------------------------------------------------------------------------------------------------------


def _finding(rule: str, severity: str, lines: Iterable[Line], codes: list[str]) -> Finding:
    lines = list(lines)
    numbers = sorted({one.line for one in lines})
    return {"rule": rule, "severity": severity, "claim": lines[0].claim, "lines": numbers, "codes": codes}


def _across(rule: str, severity: str, one: Line, partners: list[Line], codes: list[str]) -> Finding:
    """A finding on the claim of `one`; partners on other claims are its others, 20 of them by name."""
    own = [partner for partner in partners if partner.claim == one.claim]
    rest = sorted((partner.claim, partner.line) for partner in partners if partner.claim != one.claim)
    finding = _finding(rule, severity, [one, *own], codes)
    if rest:
        finding["others"] = [{"claim": claim, "line": line} for claim, line in rest[:20]]
        finding["others_count"] = len(rest)
    return finding
