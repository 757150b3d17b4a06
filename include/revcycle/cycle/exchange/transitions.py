"""The states of an interchange on its way to the partner, and the only steps between them.

Only `releasing` can end in doubt: before it the partner has seen nothing under the final name, after it everything.
What the archive marks as released is `releasing`, whatever the database says. An answer proves that the file arrived.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["prepared", "uploading", "uploaded", "releasing", "in_doubt", "published"]
Event = Literal[
    "started",
    "cut",
    "verified",
    "released",
    "renamed",
    "temporary name there",
    "neither name there",
    "answered",
    "sent again",
    "decided delivered",
]


@dataclass(frozen=True)
class Transition:
    """In state `before`, `event` leads to `after`."""

    before: State
    event: Event
    after: State


TRANSITIONS = (
    Transition("prepared", "started", "uploading"),
    # The partner cannot see a temporary name, so it is put again; a mailbox without one has shown what there was.
    Transition("uploading", "started", "uploading"),
    Transition("uploading", "cut", "in_doubt"),
    Transition("uploading", "verified", "uploaded"),
    Transition("uploaded", "released", "releasing"),
    # The database is older than the release.
    Transition("prepared", "released", "releasing"),
    Transition("uploading", "released", "releasing"),
    Transition("prepared", "cut", "in_doubt"),
    Transition("releasing", "renamed", "published"),
    Transition("releasing", "temporary name there", "uploaded"),
    Transition("releasing", "neither name there", "in_doubt"),
    Transition("prepared", "answered", "published"),
    Transition("uploading", "answered", "published"),
    Transition("uploaded", "answered", "published"),
    Transition("releasing", "answered", "published"),
    Transition("in_doubt", "answered", "published"),
    Transition("in_doubt", "sent again", "uploading"),
    Transition("in_doubt", "decided delivered", "published"),
)
_AFTER = {(step.before, step.event): step.after for step in TRANSITIONS}


class NoSuchStep(ValueError):
    """An interchange in this state cannot take this step: a mistake in the program, not in the data."""


def after(before: State, event: Event) -> State:
    """The state that follows; raises NoSuchStep where the table has no row."""
    try:
        return _AFTER[before, event]
    except KeyError:
        raise NoSuchStep(f"an interchange that is {before} cannot be {event}") from None
