"""The states of a claim and what leads from one to the next; every room that changes `claim.state` asks this table.

What partners and payers say is evidence: it may come late, twice and in any order, so rooms fold it as a set and bring
the claim in line with what that comes to. The table says which steps such a fold may take, too.
"""

from typing import Literal, get_args

State = Literal["open", "submitted", "adjudicated", "closed", "void"]
Event = Literal[
    "encounter with coverage",
    "batched",
    "rejected",
    "rejection lifted",
    "encounter changed",
    "adjudicated",
    "decision taken back",
    "correct or void",
    "correction not taken",
    "settled",
    "encounter cancelled",
    "coverage moved",
    "fewer lines",
    "void confirmed",
    "crossed over",
    "crossing undone",
]
STATES: tuple[State, ...] = get_args(State)

TRANSITIONS: dict[tuple[State | None, Event], State] = {
    (None, "encounter with coverage"): "open",
    ("open", "batched"): "submitted",
    ("submitted", "rejected"): "open",
    ("open", "rejection lifted"): "submitted",
    ("submitted", "encounter changed"): "submitted",
    ("adjudicated", "encounter changed"): "adjudicated",
    ("closed", "encounter changed"): "closed",
    ("submitted", "adjudicated"): "adjudicated",
    ("open", "adjudicated"): "adjudicated",  # paid after all, though a partner had rejected it
    ("closed", "adjudicated"): "adjudicated",  # and settled anew
    ("adjudicated", "decision taken back"): "submitted",  # CLP02 22 without its correction
    ("closed", "decision taken back"): "submitted",
    ("adjudicated", "correct or void"): "open",
    ("closed", "correct or void"): "open",
    ("open", "correction not taken"): "adjudicated",
    ("adjudicated", "settled"): "closed",
    ("open", "encounter cancelled"): "void",
    ("open", "coverage moved"): "void",
    ("open", "fewer lines"): "void",
    ("submitted", "void confirmed"): "void",
    ("open", "crossed over"): "submitted",  # the payer before forwarded it: nothing of ours goes to this one
    ("submitted", "crossing undone"): "open",  # the posting that said so was undone
}


def after(state: State | None, event: Event) -> State:
    """The state that follows. Raises ValueError where the event is none of that state's."""
    if (state, event) not in TRANSITIONS:
        raise ValueError(f"a claim that is {state or 'not there'} has no event {event!r}")
    return TRANSITIONS[state, event]


def before(event: Event) -> list[State]:
    """The states in which an event may come: what an UPDATE is guarded by."""
    return [state for state, one in TRANSITIONS if one == event and state is not None]
