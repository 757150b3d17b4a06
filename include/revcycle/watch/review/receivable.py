"""What is owed to the practice: how it rolled forward by week and month, how old it is, how many days it stands for.

Money belongs to the accounting date of its entry. A/R is receivable.unbilled + .insurance + .patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, text

from revcycle.watch.review.weeks import Week

AGES = ("0-30", "31-60", "61-90", "91-120", "over 120")
"""Days from the first date of service to the week's Sunday; a service dated later is in the first bucket."""

# Both sides of every transfer that touch A/R, a debit raising it; of a reversal the kind is that of what it takes back.
SIDES = """sides AS (
    SELECT e.accounting_date, side.account, side.other, side.claim_id, t.encounter_id, side.cents,
           coalesce(undone.kind, e.kind) AS kind
    FROM transfer t JOIN journal_entry e ON e.id = t.entry_id LEFT JOIN journal_entry undone ON undone.id = e.reverses
    CROSS JOIN LATERAL (VALUES
        (t.debit_account, t.credit_account, t.debit_claim, t.amount_cents),
        (t.credit_account, t.debit_account, t.credit_claim, -t.amount_cents)) AS side (account, other, claim_id, cents)
    WHERE e.accounting_date < :next_monday
      AND side.account IN ('receivable.unbilled', 'receivable.insurance', 'receivable.patient'))"""
# What moves within A/R (an assignment, a share that goes on to the patient) is in no column and cancels itself out.
MOVED = f"""
WITH {SIDES}, explained AS (
    SELECT accounting_date AS day, cents, CASE
        WHEN other IN ('receivable.unbilled', 'receivable.insurance', 'receivable.patient') THEN 'within'
        WHEN other = 'revenue' THEN 'charge'
        WHEN other = 'adjustment.bad_debt' OR kind IN ('write_off', 'bad_debt') THEN 'write-off'
        WHEN other IN ('adjustment.contractual', 'adjustment.other') THEN 'adjustment'
        ELSE 'payment' END AS why
    FROM sides
)
SELECT day, coalesce(sum(cents) FILTER (WHERE why = 'charge'), 0)::bigint AS charges,
       -coalesce(sum(cents) FILTER (WHERE why = 'payment'), 0)::bigint AS payments,
       -coalesce(sum(cents) FILTER (WHERE why = 'adjustment'), 0)::bigint AS adjustments,
       -coalesce(sum(cents) FILTER (WHERE why = 'write-off'), 0)::bigint AS write_offs
FROM explained GROUP BY day ORDER BY day
"""
# The balance of the three accounts by itself, whatever the money moved for: what the roll-forward is proven against.
BALANCE = """
SELECT e.accounting_date AS day,
       sum(t.amount_cents * ((t.debit_account::text LIKE 'receivable.%')::int
                             - (t.credit_account::text LIKE 'receivable.%')::int))::bigint AS cents
FROM transfer t JOIN journal_entry e ON e.id = t.entry_id
WHERE e.accounting_date < :next_monday GROUP BY day ORDER BY day
"""
# A claim's receivable is its payer's; the rest is told by its account. The age counts from the first service of the
# newest version that was entered by then. A negative balance is no age: it is a credit.
AGED = f"""
WITH {SIDES}, held AS (
    SELECT s.account, s.claim_id, coalesce(c.encounter_id, s.encounter_id) AS encounter_id,
           CASE s.account WHEN 'receivable.insurance' THEN coalesce(c.payer, 'no claim') WHEN 'receivable.patient'
                THEN 'patients' ELSE 'not yet billed' END AS payer, sum(s.cents) AS cents
    FROM sides s LEFT JOIN claim c ON c.id = s.claim_id
    GROUP BY 1, 2, 3, 4 HAVING sum(s.cents) <> 0
), entered AS (
    SELECT DISTINCT ON (v.encounter_id) v.encounter_id, v.version
    FROM encounter_version v JOIN (SELECT DISTINCT encounter_id FROM held) h USING (encounter_id)
    WHERE v.entered_on < :next_monday ORDER BY v.encounter_id, v.version DESC
), served AS (
    SELECT l.encounter_id, min(l.date_from) AS day
    FROM charge_line l JOIN entered USING (encounter_id, version) GROUP BY l.encounter_id
)
SELECT account = 'receivable.insurance' AS insured, payer, CASE WHEN cents < 0 THEN 'credit'
           WHEN :next_monday - 1 - day <= 30 THEN '0-30' WHEN :next_monday - 1 - day <= 60 THEN '31-60'
           WHEN :next_monday - 1 - day <= 90 THEN '61-90' WHEN :next_monday - 1 - day <= 120 THEN '91-120'
           WHEN day IS NULL THEN 'undated' ELSE 'over 120' END AS age, sum(cents)::bigint AS cents
FROM held LEFT JOIN served USING (encounter_id) GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3
"""
ASSIGNED = f"""
WITH {SIDES} SELECT c.payer, sum(s.cents)::bigint AS cents FROM sides s JOIN claim c ON c.id = s.claim_id
WHERE s.account = 'receivable.insurance' AND s.other = 'receivable.unbilled' AND s.accounting_date >= :since
GROUP BY c.payer
"""


@dataclass(frozen=True)
class Rolled:
    """A/R over one period, in cents: opening + charges - payments - adjustments - write_offs = closing.

    `opening` and `closing` are the balances of the accounts; the columns between are what the transfers say.
    `last` is the last day of the period that is counted, before its end where the week ends first.
    """

    first: date
    last: date
    opening: int
    charges: int
    payments: int
    adjustments: int
    write_offs: int
    closing: int

    @property
    def unexplained(self) -> int:
        """What the columns do not explain: 0, or the ledger is wrong."""
        explained = self.opening + self.charges - self.payments - self.adjustments - self.write_offs
        return self.closing - explained


@dataclass(frozen=True)
class Aged:
    """What one payer owes by age (AGES), what it has paid too much, what has no date of service; in cents."""

    payer: str
    insured: bool
    ages: tuple[int, ...]
    credits: int
    undated: int
    days: int | None = None

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.ages) + self.credits + self.undated


@dataclass(frozen=True)
class Receivable:
    """The roll-forward of each week and month, the ages as of the last week's end, and days in A/R of each week."""

    weeks: list[Rolled]
    months: list[Rolled]
    ages: list[Aged]
    days: list[int | None]


def receivable(connection: Connection, weeks: Sequence[Week], asked: dict[str, Any]) -> Receivable:
    """Everything about A/R as of the end of the last week; the months are those in which the weeks lie."""
    moved = connection.execute(text(MOVED), asked).all()
    balance = connection.execute(text(BALANCE), asked).all()
    by_week = [_roll(moved, balance, week.monday, week.next_monday) for week in weeks]
    by_month = [_roll(moved, balance, first, end) for first, end in pairwise(_months(weeks))]
    began = min((row.day for row in moved if row.charges), default=weeks[-1].monday)
    days = [_days_of_week(moved, began, week, rolled.closing) for week, rolled in zip(weeks, by_week, strict=True)]
    since = max(weeks[0].monday, began)
    assigned = {row.payer: row.cents for row in connection.execute(text(ASSIGNED), asked | {"since": since})}
    quarter = (weeks[-1].next_monday - since).days
    return Receivable(by_week, by_month, _ages(connection, asked, assigned, quarter), days)


def days_in_receivable(cents: int, charged: int, days: int) -> int | None:
    """Days of charges that stand open, rounded; None where nothing was charged.

    A/R divided by the average daily charges of the last 91 days, or of those since the first charge. Source: HFMA MAP
    Keys, "Net days in accounts receivable" (three months' average), here gross, as the ledger carries gross charges.
    """
    return None if charged <= 0 or days <= 0 else (2 * cents * days + charged) // (2 * charged)


def _roll(moved: Sequence[Any], balance: Sequence[Any], first: date, end: date) -> Rolled:
    within = [row for row in moved if first <= row.day < end]
    return Rolled(
        first,
        end - timedelta(days=1),
        opening=sum(row.cents for row in balance if row.day < first),
        charges=sum(row.charges for row in within),
        payments=sum(row.payments for row in within),
        adjustments=sum(row.adjustments for row in within),
        write_offs=sum(row.write_offs for row in within),
        closing=sum(row.cents for row in balance if row.day < end),
    )


def _months(weeks: Sequence[Week]) -> list[date]:
    """The first days of the months in which the weeks lie, and the day after the last week."""
    end = weeks[-1].next_monday
    firsts = [weeks[0].monday.replace(day=1)]
    while (following := (firsts[-1] + timedelta(days=32)).replace(day=1)) < end:
        firsts.append(following)
    return [*firsts, end]


def _days_of_week(moved: Sequence[Any], began: date, week: Week, closing: int) -> int | None:
    since = max(week.next_monday - timedelta(days=91), began)
    charged = sum(row.charges for row in moved if since <= row.day < week.next_monday)
    return days_in_receivable(closing, charged, (week.next_monday - since).days)


def _ages(connection: Connection, asked: dict[str, Any], assigned: dict[str, int], quarter: int) -> list[Aged]:
    found: dict[tuple[bool, str], dict[str, int]] = {}
    for row in connection.execute(text(AGED), asked):
        found.setdefault((row.insured, row.payer), {})[row.age] = row.cents
    rows = []
    for (insured, payer), cents in found.items():
        total = sum(cents.values())
        days = days_in_receivable(total, assigned.get(payer, 0), quarter) if insured else None
        ages = tuple(cents.get(age, 0) for age in AGES)
        rows.append(Aged(payer, insured, ages, cents.get("credit", 0), cents.get("undated", 0), days))
    return rows
