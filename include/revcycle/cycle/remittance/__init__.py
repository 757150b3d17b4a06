"""Remittances: read, proven, matched, posted to the ledger, and what needs a person raised."""

from revcycle.cycle.remittance.decisions import DecisionCounts, carry_out
from revcycle.cycle.remittance.dry_run import judge_file
from revcycle.cycle.remittance.judge import SetResult
from revcycle.cycle.remittance.outcome import Outcome
from revcycle.cycle.remittance.post import post, waiting
from revcycle.cycle.remittance.unposted import oldest_unposted

__all__ = ["DecisionCounts", "Outcome", "SetResult", "carry_out", "judge_file", "oldest_unposted", "post", "waiting"]
