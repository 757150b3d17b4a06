"""Which rule a last day follows from, where several could: case by case with its source, without a database."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revcycle.foundation.calendar import FilingLimit, ReceiptRule
from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.limits import Extension
from revcycle.watch.followup.judging import Rules, Term, judge

SINCE = date(2010, 1, 1)
TODAY = date(2026, 11, 24)
SERVED = date(2026, 1, 15)


def limit(count: int, unit: str, **more: object) -> FilingLimit:
    return FilingLimit("P", SINCE, None, count, unit, "s", **more)  # type: ignore[arg-type]


YEAR, YEAR_ROLLS = limit(1, "years"), limit(1, "years", rolls=True)
THROUGH = limit(1, "years", counts_from="date_to")
DAYS_90, DAYS_180 = limit(90, "days"), limit(180, "days")
COB_60 = limit(60, "days", counts_from="remittance")
APPEAL = limit(120, "days", counts_from="remittance", presumed_days=5)
AFTER_PAYMENT = limit(6, "months", counts_from="remittance")
EARLY = replace(DAYS_180, valid_to=date(2025, 12, 31))
LATER = replace(DAYS_90, valid_from=date(2026, 1, 1))
RECEIPT = ReceiptRule("P", SINCE, None, "s", cut_off_hour=18, business_days_only=True)
OWN = Extension("P", "C1", date(2026, 1, 1), date(2026, 6, 30), date(2027, 8, 31), "424.44(b)(2)")
WAIVER = replace(OWN, claim="", until=date(2026, 12, 31))
NO_CORRECTIONS = ClaimRule(
    valid_from=SINCE, source="s", partner="p", payer_id="PP", filing_indicator="MB", takes_corrections=False
)
TERM = Term(1, "filing", "P", "", SERVED, SERVED, None, None, "", None)


def term(**given: object) -> Term:
    return replace(TERM, **given)  # type: ignore[arg-type]


def correction(**given: object) -> Term:
    return term(rule_kind="correction", remitted_on=date(2026, 3, 31), **given)


def appeal(**given: object) -> Term:
    return replace(
        term(rule_kind="appeal", date_from=None, date_to=None, remitted_on=date(2026, 9, 1), reason="50"), **given
    )  # type: ignore[arg-type]


@dataclass(frozen=True)
class Case:
    """Rules by kind, a term, and the last day it should come to; `source` says why."""

    name: str
    source: str
    term: Term
    due: date | None
    filing: tuple[FilingLimit, ...] = ()
    secondary: tuple[FilingLimit, ...] = ()
    correction: tuple[FilingLimit, ...] = ()
    appeal: tuple[FilingLimit, ...] = ()
    extensions: tuple[Extension, ...] = ()
    receipt: tuple[ReceiptRule, ...] = ()
    claims: list[ClaimRule] = field(default_factory=list)
    not_for: frozenset[str] = frozenset()
    filed_on: date | None = None

    def rules(self) -> Rules:
        limits = {"filing": self.filing, "secondary": self.secondary}
        limits |= {"correction": self.correction, "appeal": self.appeal}
        return Rules(
            {kind: {"P": several} for kind, several in limits.items()},
            {"P": self.extensions},
            {"P": self.receipt},
            {("P", SINCE): self.not_for},
            {"P": self.claims},
        )


PRIMARY_LATE = term(remitted_on=date(2027, 1, 20))
STAY = term(date_to=date(2026, 1, 20))
CASES = [
    Case("one year from the service", "42 CFR 424.44", TERM, date(2027, 1, 15), filing=(YEAR,)),
    Case("no rule, no last day", "nothing is assumed", TERM, None),
    Case("another payer's rule is none", "nothing is assumed", term(payer="Q"), None, filing=(YEAR,)),
    Case("the Through date of a stay", "42 CFR 424.44; CGS", STAY, date(2027, 1, 20), filing=(THROUGH,)),
    Case("the From date of a professional line", "42 CFR 424.44; FCSO", STAY, date(2027, 1, 15), filing=(YEAR,)),
    Case("the rule of its day, 2026", "contract of 2026", TERM, date(2026, 4, 15), filing=(EARLY, LATER)),
    Case(
        "the rule of its day, 2025",
        "contract of 2010",
        term(date_from=date(2025, 12, 31), date_to=None),
        date(2026, 6, 29),
        filing=(EARLY, LATER),
    ),
    Case("MSP extends nothing", "42 CFR 424.44; CGS", PRIMARY_LATE, date(2027, 1, 15), filing=(YEAR,)),
    Case("COB from the primary", "contract", PRIMARY_LATE, date(2027, 3, 21), filing=(DAYS_90,), secondary=(COB_60,)),
    Case(
        "COB never shortens",
        "contract",
        term(remitted_on=date(2026, 2, 1)),
        date(2026, 4, 15),
        filing=(DAYS_90,),
        secondary=(COB_60,),
    ),
    Case("COB waits for the primary", "contract", TERM, date(2026, 4, 15), filing=(DAYS_90,), secondary=(COB_60,)),
    Case(
        "retroactive entitlement of one claim",
        "42 CFR 424.44(b)(2)",
        term(claim="C1"),
        date(2027, 8, 31),
        filing=(YEAR,),
        extensions=(OWN,),
    ),
    Case("not of another claim", "42 CFR 424.44(b)(2)", TERM, date(2027, 1, 15), filing=(YEAR,), extensions=(OWN,)),
    Case(
        "a waiver for all", "a letter of the payer", TERM, date(2026, 12, 31), filing=(DAYS_90,), extensions=(WAIVER,)
    ),
    Case("no shorter by a waiver", "a letter", TERM, date(2027, 1, 15), filing=(YEAR,), extensions=(WAIVER,)),
    Case(
        "not for a service outside its dates",
        "a letter of the payer",
        term(date_from=date(2026, 7, 1), date_to=None),
        date(2026, 9, 29),
        filing=(DAYS_90,),
        extensions=(WAIVER,),
    ),
    Case(
        "a Saturday on which nothing is received",
        "First Coast",
        term(date_from=date(2026, 1, 17), date_to=None),
        date(2027, 1, 15),  # 17 January 2027 is a Sunday
        filing=(YEAR,),
        receipt=(RECEIPT,),
    ),
    Case(
        "a Sunday that rolls over King's Birthday",
        "Palmetto; First Coast",
        term(date_from=date(2026, 1, 17), date_to=None),
        date(2027, 1, 19),
        filing=(YEAR_ROLLS,),
        receipt=(RECEIPT,),
    ),
    Case(
        "received after the hour on the last day",
        "First Coast",
        term(received_at=datetime.fromisoformat("2027-01-15 18:00")),
        date(2027, 1, 15),
        filing=(YEAR,),
        receipt=(RECEIPT,),
        filed_on=date(2027, 1, 19),
    ),
    Case("six months from the payment", "Medi-Cal", correction(), date(2026, 9, 30), correction=(AFTER_PAYMENT,)),
    Case("a correction from the service", "CGS: TOB xx7", correction(), date(2027, 1, 15), correction=(YEAR,)),
    Case(
        "none where the payer takes none",
        "Medicare Part B: reopening",
        correction(),
        None,
        correction=(YEAR,),
        claims=[NO_CORRECTIONS],
    ),
    Case("an appeal from the presumed receipt", "42 CFR 405.942", appeal(), date(2027, 1, 4), appeal=(APPEAL,)),
    Case(
        "late filing is no initial determination",
        "42 CFR 405.926",
        appeal(reason="29"),
        None,
        appeal=(APPEAL,),
        not_for=frozenset({"29"}),
    ),
    Case("the day in the payer's letter", "letter", appeal(appeal_by=TODAY), TODAY, appeal=(APPEAL,)),
    Case(
        "an appeal may go by post", "no cut-off hour", appeal(), date(2027, 1, 4), appeal=(APPEAL,), receipt=(RECEIPT,)
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_last_day_follows_from_the_rule_that_its_source_names(case: Case) -> None:
    verdict = judge(case.rules(), case.term, as_of=TODAY)
    assert (verdict and verdict.due_on) == case.due
    assert (verdict and verdict.filed_on) == case.filed_on
    assert verdict is None or str(case.due) in verdict.sentence


@given(st.dates(date(2011, 1, 1), date(2090, 1, 1)), st.integers(0, 60), st.booleans())
def test_an_extension_never_shortens_and_nothing_is_due_before_it_starts(day: date, stay: int, waived: bool) -> None:
    case = replace(CASES[0], filing=(THROUGH,), receipt=(RECEIPT,))
    asked = term(date_from=day, date_to=date.fromordinal(day.toordinal() + stay))
    plain = judge(case.rules(), asked, as_of=TODAY)
    more = judge(replace(case, extensions=(replace(WAIVER, valid_to=None),) * waived).rules(), asked, as_of=TODAY)
    assert plain and more and plain.starts_on <= plain.due_on <= more.due_on
