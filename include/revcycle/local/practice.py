"""The practice database of a state, ready to use: started, migrated, its code-set releases registered."""

from collections.abc import Callable

from sqlalchemy import Engine

from revcycle.foundation.state import State
from revcycle.foundation.store import connect, upgrade
from revcycle.local.databases import start_databases


def practice_engine(state: State, report: Callable[[str], None] = lambda _: None) -> Engine:
    """Start the database where it does not run, bring it to this checkout's schema, and connect.

    Raises: ServiceUnavailable.
    """
    databases = start_databases(state.create(), report)
    engine = connect(databases.practice)
    upgrade(engine)
    return engine
