"""Claims: made of coded encounters, held with their cause, frozen as submissions, written into 837 files."""

from revcycle.cycle.claims.assemble import AssembleCounts, assemble
from revcycle.cycle.claims.batch import BatchCounts, batch

__all__ = ["AssembleCounts", "BatchCounts", "assemble", "batch"]
