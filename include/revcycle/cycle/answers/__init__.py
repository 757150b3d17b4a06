"""TA1, 999 and 277CA become evidence, and the evidence says where each claim stands."""

from revcycle.cycle.answers.apply import ApplyCounts, apply
from revcycle.cycle.answers.chain import chain
from revcycle.cycle.answers.overdue import OverdueCounts, overdue
from revcycle.cycle.answers.proof import proof
from revcycle.cycle.answers.reapply import reapply

__all__ = ["ApplyCounts", "OverdueCounts", "apply", "chain", "overdue", "proof", "reapply"]
