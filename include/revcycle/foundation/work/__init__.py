"""Work for people: items raised and closed with their cause, routed to the staff who can do them."""

from revcycle.foundation.work.desk import assign, note, override
from revcycle.foundation.work.items import WorkCounts, raise_items
from revcycle.foundation.work.worklist import show, worklist

__all__ = ["WorkCounts", "assign", "note", "override", "raise_items", "show", "worklist"]
