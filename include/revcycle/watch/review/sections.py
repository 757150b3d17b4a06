"""The parts of the page, one function each: a paragraph that says what is counted, charts, and tables to the cent."""

from collections.abc import Sequence

from revcycle.watch.review.charts import Bar, Move, bars, waterfall
from revcycle.watch.review.deadlines import SOON
from revcycle.watch.review.edit_yield import without_edit
from revcycle.watch.review.figures import Figures
from revcycle.watch.review.markup import around, key, section, table, tag
from revcycle.watch.review.pace import Lag
from revcycle.watch.review.receivable import AGES, Aged, Rolled
from revcycle.watch.review.refusals import Refusal
from revcycle.watch.review.wording import NOTHING, day, day_and_month, money, number, short

SHOWN = 12  # rows of a chart; the table below it has them all
ROLLED = ("Opening", "+ charges", "- payments", "- adjustments", "- write-offs", "= closing")
KINDS = {"coder": "coding", "biller": "billing"}


def roll_forward(found: Figures) -> str:
    """A/R from opening to closing, of the week and of each month."""
    weeks, months = found.receivable.weeks, found.receivable.months
    week = weeks[-1]
    moves = [
        Move("Opening", week.opening, short(week.opening), balance=True),
        Move("Charges", week.charges, short(week.charges)),
        Move("Payments", -week.payments, short(-week.payments)),
        Move("Adjustments", -week.adjustments, short(-week.adjustments)),
        Move("Write-offs", -week.write_offs, short(-week.write_offs)),
        Move("Closing", week.closing, short(week.closing), balance=True),
    ]
    now = ["now" if row is week else "" for row in reversed(weeks)]
    until = f" (to {day_and_month(found.week.sunday)})"
    ends_here = [f"{one.first:%b %Y}" for one in months]
    ends_here[-1] += until
    return section(
        "Accounts receivable, rolled forward",
        "Everything the practice is owed: not yet billed, at insurers, and by patients. Entries count by accounting "
        "date, so a finished week or month does not change. Payments are net of refunds and takebacks; what moves "
        "between payers or on to the patient stays within A/R.",
        waterfall("A/R from opening to closing", moves),
        tag("h3", "By month"),
        table(("Month", *ROLLED), [(n, *_rolled(r)) for n, r in zip(ends_here, months, strict=True)][::-1]),
        tag("h3", "By week"),
        table(("Week of", *ROLLED), [(day(row.first), *_rolled(row)) for row in reversed(weeks)], styles=now),
    )


def ageing(found: Figures) -> str:
    """What is owed by payer and age."""
    rows = found.receivable.ages
    drawn = sorted(rows, key=lambda row: -sum(row.ages))
    chart = [
        Bar(row.payer, [(f"age{index}", cents) for index, cents in enumerate(row.ages)], short(sum(row.ages)))
        for row in drawn
        if sum(row.ages)
    ]
    head = ("Who owes", *AGES, "credits", "total", "days in A/R")
    total = Aged("All", False, tuple(sum(row.ages[index] for row in rows) for index in range(len(AGES))), 0, 0)
    credits, undated = sum(row.credits for row in rows), sum(row.undated for row in rows)
    listed = [_aged(row) for row in rows]
    if rows:
        all_of_it = (*map(money, total.ages), money(credits), money(sum(total.ages) + credits + undated))
        listed.append(("All", *all_of_it, number(found.receivable.days[-1])))
    return section(
        "How old it is",
        f"Days from the first date of service to {day(found.week.sunday)}. A credit is a balance below zero: money to "
        "give back or to apply. Days in A/R are the balance divided by the average daily charges of the last 91 days "
        "(or since the first charge); of a payer, by the charges billed to it.",
        key((f"age{index}", f"{age} days") for index, age in enumerate(AGES)),
        bars("A/R by payer and age", chart),
        table(head, listed, styles=["" for _ in rows] + ["sum"]),
    )


def refused(found: Figures) -> str:
    """Rejections and denials by payer and cause."""
    rejections, denials = found.refusals.rejections, found.refusals.denials
    return section(
        "What came back",
        "Rejected: refused before adjudication, by the clearinghouse or the payer's front door; by the time the answer "
        "itself names. Denied: an amount the payer refused in a remittance; by accounting date. 'Edit' is the rule of "
        "ours that should have caught it.",
        around(
            "div",
            around("div", tag("h3", "Rejections by payer") + _by_payer(rejections, "claims"))
            + around("div", tag("h3", "Denials by payer") + _by_payer(denials, "money")),
            "two",
        ),
        tag("h3", "Rejections by cause"),
        table(("Payer", "Cause", "Edit", "Claims", "Amount"), map(_refusal, rejections), words=(1, 2)),
        tag("h3", "Denials by cause"),
        table(
            ("Payer", "Cause", "Edit", "Claims", "Amount", "Whose"),
            [(*_refusal(one), KINDS.get(one.kind, NOTHING)) for one in denials],
            words=(1, 2, 5),
        ),
    )


def edits(found: Figures) -> str:
    """What the edits found and what became of it."""
    rows = found.edits
    chart = [
        Bar(row.rule, [("lowers", row.fixed), ("raises", row.overridden), ("other", row.open)], number(row.found))
        for row in rows[:SHOWN]
        if row.found
    ]
    rejections, denials = found.refusals.rejections, found.refusals.denials
    missed = (
        f"Without an edit of ours came back {number(without_edit(rejections))} of "
        f"{number(sum(one.claims for one in rejections))} rejections, and {number(without_edit(denials))} of "
        f"{number(sum(one.claims for one in denials))} denials "
        f"(of coding denials alone: {number(without_edit([one for one in denials if one.kind == 'coder']))})."
    )
    return section(
        "What the edits were good for",
        "Findings of the encounters entered in the week, and what became of them by its end. 'Came back' are the "
        "week's rejections and denials that name the rule: it did not hold, or was overridden.",
        key((("lowers", "fixed"), ("raises", "overridden"), ("other", "open"))),
        bars("Findings by rule", chart, label=240, told=60),
        table(
            ("Rule", "Found", "Fixed", "Overridden", "Open", "Came back"),
            [(r.rule, r.found, r.fixed, r.overridden, r.open, r.came_back) for r in rows],
        ),
        tag("p", missed),
    )


def pace(found: Figures) -> str:
    """Lags and people."""
    monday = found.week.monday
    lags = (("Service to coding", found.pace.coding.get(monday)), ("Coding to sending", found.pace.sending.get(monday)))
    return section(
        "How fast it went",
        "Coding: from the first date of service to the day the encounter was entered. Sending: from that day to the "
        "claim's first transmission. People: items closed in the week; 'by hand' are those a person wrote something "
        "on, the rest closed by themselves when their cause was gone.",
        table(("Days", "Counted", "Median", "9 in 10 within", "Longest"), [_lag(name, lag) for name, lag in lags]),
        tag("h3", "Coders and billers"),
        table(
            ("Queue", "Owner", "Closed", "By hand", "Median days", "Open at the end"),
            [
                (one.queue, one.owner or "nobody", one.closed, one.by_hand, number(one.days), one.open)
                for one in found.pace.people
            ],
            words=(1,),
        ),
    )


def owed(found: Figures) -> str:
    """Answers and deadlines."""
    return section(
        "What is late",
        f"As of the end of {day(found.week.sunday)}. Ask the partner for an answer that did not come; look first at "
        f"open work whose day has passed (./revcycle work list). 'Soon' is within {SOON} days.",
        tag("h3", "Overdue answers"),
        table(
            ("Who owes it", "Answer", "Of whom", "Answers", "Oldest due", "Amount"),
            [(o.who, o.kind, o.party, number(o.answers), day(o.oldest), money(o.cents)) for o in found.overdue],
            words=(1, 2),
        ),
        tag("h3", "Deadlines of open work"),
        table(
            ("Queue", "Kind", "Passed", "Soon", "Amount"),
            [(one.queue, one.kind, one.passed, one.soon, money(one.cents)) for one in found.deadlines],
            words=(1,),
        ),
    )


def _rolled(row: Rolled) -> tuple[str, ...]:
    return tuple(
        money(cents) for cents in (row.opening, row.charges, row.payments, row.adjustments, row.write_offs, row.closing)
    )


def _aged(row: Aged) -> tuple[str, ...]:
    return (row.payer, *map(money, row.ages), money(row.credits), money(row.total), number(row.days))


def _refusal(one: Refusal) -> tuple[str, ...]:
    return (one.payer, one.cause, one.edit or "none", number(one.claims), money(one.cents))


def _by_payer(refusals: Sequence[Refusal], what: str) -> str:
    """One bar a payer: how many claims, or how much money, and how much of it no edit looks at."""
    sizes: dict[str, list[int]] = {}
    for one in refusals:
        size = one.claims if what == "claims" else max(one.cents, 0)
        known, unknown = sizes.setdefault(one.payer, [0, 0])
        sizes[one.payer] = [known + size, unknown] if one.edit else [known, unknown + size]
    if not sizes:
        return tag("p", "Nothing in this week.", "muted")
    ordered = sorted(sizes.items(), key=lambda item: (-sum(item[1]), item[0]))
    chart = [
        Bar(payer, [("refused", known), ("other", unknown)], _size(known + unknown, what))
        for payer, (known, unknown) in ordered[:SHOWN]
    ]
    legend = key((("refused", "an edit of ours looks at it"), ("other", "no edit does")))
    return legend + bars(f"Refused by payer, {what}", chart, width=520, label=150, told=80)


def _size(size: int, what: str) -> str:
    return number(size) if what == "claims" else short(size)


def _lag(name: str, lag: Lag | None) -> tuple[str, ...]:
    if lag is None:
        return (name, "0", NOTHING, NOTHING, NOTHING)
    return (name, number(lag.counted), number(lag.median), number(lag.most), number(lag.longest))
