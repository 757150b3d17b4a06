"""What a practice hands in: patients, coverage and charges become versions, what cannot be read is quarantined."""

from revcycle.cycle.intake.counts import IntakeCounts, Tally
from revcycle.cycle.intake.load import load
from revcycle.cycle.intake.standing import quarantined

__all__ = ["IntakeCounts", "Tally", "load", "quarantined"]
