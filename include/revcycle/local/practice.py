"""The practice database of a state, ready to use: started, migrated, its code-set releases registered."""

from collections.abc import Callable

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from revcycle.foundation.errors import InputUnusable, ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.foundation.store import connect, upgrade
from revcycle.local.databases import start_databases


def practice_engine(state: State, report: Callable[[str], None] = lambda _: None) -> Engine:
    """Start the database where it does not run, bring it to this checkout's schema, and connect; made on first use.

    Raises: ServiceUnavailable.
    """
    try:
        databases = start_databases(state.create(), report)
        engine = connect(databases.practice)
        upgrade(engine)
    except (psycopg.OperationalError, OperationalError) as problem:
        raise ServiceUnavailable(f"The database of {state.root} cannot be used; see ./revcycle status.") from problem
    return engine


def existing_practice(state: State) -> Engine:
    """`practice_engine` for commands that are of use only where a practice is: they never make one.

    Raises: InputUnusable where none was set up; ServiceUnavailable.
    """
    require_practice(state)
    return practice_engine(state)


def require_practice(state: State) -> None:
    """Refuse a state that was never set up, most often a mistyped one: it would pass for a practice without encounters.

    Whatever makes a state's databases makes its secrets first. Raises: InputUnusable.
    """
    if not state.secrets_json.exists():
        raise InputUnusable(
            f"There is no practice in {state.root}: `./revcycle up` or `./revcycle intake` makes one. "
            "Or was another --state meant?"
        )
