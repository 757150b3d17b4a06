"""TA1, 999 and 277CA become evidence, and the evidence says where each claim stands."""

from revcycle.cycle.answers.apply import ApplyCounts, apply
from revcycle.cycle.answers.overdue import OverdueCounts, overdue

__all__ = ["ApplyCounts", "OverdueCounts", "apply", "overdue"]
