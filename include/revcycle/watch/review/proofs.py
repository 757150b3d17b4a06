"""What must hold whatever the week was like: each proof says whether it does and, where not, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from revcycle.watch.review.receivable import Receivable, Rolled
from revcycle.watch.review.stored import Stored

NAMED = 20  # broken things that a detail names; the rest is counted


@dataclass(frozen=True)
class Proof:
    """One thing that must hold. `detail` says in plain words, without a patient's data, what to do where it does not;
    it is the same text as long as the proof holds, so that the same week gives the same page."""

    name: str
    holds: bool
    detail: str


def proofs_of(receivable: Receivable, stored: Stored) -> list[Proof]:
    """What the review itself can prove: the roll-forward, the ages, the archive."""
    return [_rolls_forward(receivable), _ages_add_up(receivable), _archive_is_whole(stored)]


def _rolls_forward(receivable: Receivable) -> Proof:
    name = "Opening + charges - payments - adjustments - write-offs = closing, for each week and month"
    wrong = [rolled for rolled in (*receivable.weeks, *receivable.months) if rolled.unexplained]
    said = "; ".join(f"{_named(rolled)} is off by {rolled.unexplained} cents" for rolled in wrong[:NAMED])
    return Proof(name, not wrong, f"{said}. Run ./revcycle ledger verify, which names the rows." if wrong else "")


def _ages_add_up(receivable: Receivable) -> Proof:
    name = "The ages of all payers add up to the closing balance"
    aged, closing = sum(row.total for row in receivable.ages), receivable.weeks[-1].closing
    undated = sum(row.undated for row in receivable.ages)
    if aged != closing:
        return Proof(name, False, f"They differ by {aged - closing} cents. Run ./revcycle ledger verify.")
    if undated:
        said = f"{undated} cents belong to no encounter with a date of service. Run ./revcycle ledger verify."
        return Proof(name, False, said)
    return Proof(name, True, "")


def _archive_is_whole(stored: Stored) -> Proof:
    name = "Every object of the archive has the bytes it is named by"
    broken = {"Damaged": stored.damaged, "Missing": stored.missing}
    said = [f"{kind}: {_few(names)}." for kind, names in broken.items() if names]
    advice = "Take archive/SHA256 out of a backup, a tar file, and put it back; do not send or post before."
    return Proof(name, not said, " ".join([*said, advice]) if said else "")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def _named(rolled: Rolled) -> str:
    return f"{rolled.first} to {rolled.last}"
