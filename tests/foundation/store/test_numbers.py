"""Control numbers: none comes twice, whoever asks, and none is lowered."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.numbers import last_number, lift, raise_numbers
from revcycle.foundation.store.runs import Step

STEP = Step("test", "numbers", "numbers")


def test_numbers_begin_at_one_and_go_on(engine: Engine) -> None:
    assert raise_numbers(engine, "isa13", 2, partner="a", step=STEP) == range(1, 3)
    assert raise_numbers(engine, "isa13", 1, partner="a", step=STEP) == range(3, 4)
    assert raise_numbers(engine, "isa13", 1, partner="b", step=STEP) == range(1, 2)
    assert raise_numbers(engine, "claim", 5, step=STEP) == range(1, 6)
    with engine.connect() as connection:
        assert (last_number(connection, "isa13", partner="a"), last_number(connection, "gs06", partner="a")) == (3, 0)


def test_who_asks_at_the_same_moment_gets_others(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = pool.map(lambda _: raise_numbers(engine, "bht03", 3, step=STEP), range(20))
        given = [number for numbers in asked for number in numbers]
    assert sorted(given) == list(range(1, 61))


def test_a_number_is_lifted_and_never_lowered(engine: Engine, run_id: int) -> None:
    with engine.begin() as connection:
        lift(connection, "gs06", 7, partner="a", run_id=run_id)
        lift(connection, "gs06", 4, partner="a", run_id=run_id)
    assert raise_numbers(engine, "gs06", 1, partner="a", step=STEP) == range(8, 9)


def test_numbers_that_are_used_up_are_refused_and_not_taken(engine: Engine) -> None:
    raise_numbers(engine, "isa13", 999_999_999, partner="a", step=STEP)
    with pytest.raises(InputUnusable, match="isa13 numbers of a are used up"):
        raise_numbers(engine, "isa13", 1, partner="a", step=STEP)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT last_value FROM control_number")) == 999_999_999
