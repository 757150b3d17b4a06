"""The states of a claim and what leads from one to the next; every change of `claim.state` here asks this table.

What a partner or payer answers is evidence and folded elsewhere; these are the acts of our own.
"""

from typing import Literal, get_args

State = Literal["open", "submitted", "adjudicated", "closed", "void"]
Event = Literal[
    "encounter with coverage",
    "batched",
    "rejected",
    "encounter changed",
    "adjudicated",
    "correct or void",
    "settled",
    "encounter cancelled",
    "coverage moved",
    "fewer lines",
    "void confirmed",
]
STATES: tuple[State, ...] = get_args(State)

TRANSITIONS: dict[tuple[State | None, Event], State] = {
    (None, "encounter with coverage"): "open",
    ("open", "batched"): "submitted",
    ("submitted", "rejected"): "open",
    ("submitted", "encounter changed"): "submitted",
    ("submitted", "adjudicated"): "adjudicated",
    ("adjudicated", "encounter changed"): "adjudicated",
    ("adjudicated", "correct or void"): "open",
    ("adjudicated", "settled"): "closed",
    ("open", "encounter cancelled"): "void",
    ("open", "coverage moved"): "void",
    ("open", "fewer lines"): "void",
    ("submitted", "void confirmed"): "void",
}


def after(state: State | None, event: Event) -> State:
    """The state that follows. Raises ValueError where the event is none of that state's."""
    if (state, event) not in TRANSITIONS:
        raise ValueError(f"a claim that is {state or 'not there'} has no event {event!r}")
    return TRANSITIONS[state, event]


def before(event: Event) -> tuple[State, ...]:
    """The states in which an event may come: what an UPDATE is guarded by."""
    return tuple(state for state, one in TRANSITIONS if one == event and state is not None)
