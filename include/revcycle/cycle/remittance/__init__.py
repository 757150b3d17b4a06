"""Remittances: read, proven, matched, posted to the ledger, and what needs a person raised."""

from revcycle.cycle.remittance.decisions import DecisionCounts, carry_out
from revcycle.cycle.remittance.judge import SetResult
from revcycle.cycle.remittance.post import post, waiting

__all__ = ["DecisionCounts", "SetResult", "carry_out", "post", "waiting"]
