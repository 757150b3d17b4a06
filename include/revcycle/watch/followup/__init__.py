"""What must reach a payer by a last day, kept up to date, and the work it becomes as the day comes near."""

from revcycle.watch.followup.refresh import RefreshCounts, refresh
from revcycle.watch.followup.remind import RemindCounts, remind

__all__ = ["RefreshCounts", "RemindCounts", "refresh", "remind"]
