"""Remittances: what payers say they pay. The verb so far: judge_file."""

from revcycle.cycle.remittance.dry_run import judge_file
from revcycle.cycle.remittance.outcome import Outcome

__all__ = ["Outcome", "judge_file"]
