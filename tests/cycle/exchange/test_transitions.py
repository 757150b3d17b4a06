"""The interchange's states: the table of the data model, row by row, and nothing beside it."""

from itertools import product
from typing import get_args

import pytest

from revcycle.cycle.exchange.transitions import TRANSITIONS, Event, NoSuchStep, State, after

ROWS = {
    ("prepared", "started"): "uploading",
    ("uploading", "started"): "uploading",
    ("uploading", "cut"): "in_doubt",
    ("uploading", "verified"): "uploaded",
    ("uploaded", "released"): "releasing",
    ("releasing", "renamed"): "published",
    ("releasing", "temporary name there"): "uploaded",
    ("releasing", "neither name there"): "in_doubt",
    ("prepared", "released"): "releasing",
    ("uploading", "released"): "releasing",
    ("prepared", "cut"): "in_doubt",
    ("prepared", "answered"): "published",
    ("uploading", "answered"): "published",
    ("uploaded", "answered"): "published",
    ("releasing", "answered"): "published",
    ("in_doubt", "answered"): "published",
    ("in_doubt", "sent again"): "uploading",
    ("in_doubt", "decided delivered"): "published",
}


@pytest.mark.parametrize(("before", "event"), list(product(get_args(State), get_args(Event))))
def test_a_step_leads_where_the_table_says_or_is_none(before: State, event: Event) -> None:
    if (before, event) in ROWS:
        assert after(before, event) == ROWS[before, event]
    else:
        with pytest.raises(NoSuchStep):
            after(before, event)


def test_no_state_and_event_has_two_rows() -> None:
    assert len({(step.before, step.event) for step in TRANSITIONS}) == len(TRANSITIONS) == len(ROWS)
