"""Work for people: items raised and closed with their cause, routed to the staff who can do them, and decided."""

from revcycle.foundation.work.decisions import decide, decisions_for
from revcycle.foundation.work.desk import assign, note, override
from revcycle.foundation.work.items import WorkCounts, raise_items
from revcycle.foundation.work.wording import advice
from revcycle.foundation.work.worklist import show, worklist

__all__ = [
    "WorkCounts",
    "advice",
    "assign",
    "decide",
    "decisions_for",
    "note",
    "override",
    "raise_items",
    "show",
    "worklist",
]
