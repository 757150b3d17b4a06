"""All figures of one week, read in one snapshot: what the page shows, and nothing about any patient."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from revcycle.watch.review.deadlines import Passing, passing
from revcycle.watch.review.edit_yield import Yield, edit_yield
from revcycle.watch.review.owed import Overdue, overdue_answers, overdue_by_week
from revcycle.watch.review.pace import Pace, pace
from revcycle.watch.review.quality import Share, clean_claims, first_pass
from revcycle.watch.review.receivable import Receivable, receivable
from revcycle.watch.review.refusals import Refusals, refusals
from revcycle.watch.review.stored import Registered, registered_by
from revcycle.watch.review.weeks import Week, asked, with_weeks_before


@dataclass(frozen=True)
class Figures:
    """The week's figures; what has a trend is there for each of `weeks`, the last of which is the week itself.

    `clean`, `first_pass` and `overdue_before` are by Monday; a week without an entry had nothing to count.
    """

    weeks: list[Week]
    receivable: Receivable
    clean: dict[date, Share]
    first_pass: dict[date, Share]
    refusals: Refusals
    edits: list[Yield]
    pace: Pace
    overdue: list[Overdue]
    overdue_before: dict[date, int]
    deadlines: list[Passing]
    registered: Registered

    @property
    def week(self) -> Week:
        """The week itself."""
        return self.weeks[-1]

    def counts(self) -> dict[str, int]:
        """The headline figures; money in cents."""
        rolled, monday = self.receivable.weeks[-1], self.week.monday
        return {
            "opening_cents": rolled.opening,
            "charges_cents": rolled.charges,
            "payments_cents": rolled.payments,
            "adjustments_cents": rolled.adjustments,
            "write_offs_cents": rolled.write_offs,
            "closing_cents": rolled.closing,
            "encounters_entered": self.clean.get(monday, Share()).total,
            "claims_decided": self.first_pass.get(monday, Share()).total,
            "claims_rejected": self.refusals.rejected.get(monday, 0),
            "denied_cents": self.refusals.denied.get(monday, 0),
            "answers_overdue": self.overdue_before.get(monday, 0),
            "deadlines_passed": sum(row.passed for row in self.deadlines),
        }


def figures(connection: Connection, week: Week) -> Figures:
    """Read everything as of the week's end; the connection's transaction should see one snapshot."""
    weeks = with_weeks_before(week)
    about: dict[str, Any] = asked(weeks)
    refused = refusals(connection, about)
    return Figures(
        weeks,
        receivable(connection, weeks, about),
        clean_claims(connection, about),
        first_pass(connection, about),
        refused,
        edit_yield(connection, [*refused.rejections, *refused.denials], about),
        pace(connection, about),
        overdue_answers(connection, about),
        overdue_by_week(connection, about),
        passing(connection, about),
        registered_by(connection, about),
    )
