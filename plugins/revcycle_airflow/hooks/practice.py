"""The practice's database, archive and state folder, as this machine's environment names them."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.log import mask_secret

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import State

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from revcycle.foundation.archive import Archive

DATABASE_URL = "REVCYCLE_DATABASE_URL"


def state_of_this_machine() -> State:
    """The state folder of REVCYCLE_STATE, else the checkout's own."""
    return State.of()


class PracticeHook(BaseHook):
    """What a step works on.

    The database is the Airflow connection `practice_conn_id` if given, else that of REVCYCLE_DATABASE_URL. Its
    password is in no representation, and masked in the task's log.
    """

    conn_name_attr = "practice_conn_id"
    default_conn_name = "revcycle_practice"
    hook_name = "Revcycle practice"

    def __init__(self, practice_conn_id: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.practice_conn_id = practice_conn_id

    def __repr__(self) -> str:
        return f"PracticeHook(practice_conn_id={self.practice_conn_id!r})"

    @cached_property
    def state(self) -> State:
        return state_of_this_machine()

    @cached_property
    def archive(self) -> Archive:
        from revcycle.foundation.archive import Archive

        return Archive(self.state.archive)

    @cached_property
    def engine(self) -> Engine:
        """Connections to the practice database; raises ServiceUnavailable where none is named."""
        from revcycle.foundation.store import connect

        engine = connect(self._url())
        if engine.url.password:
            mask_secret(engine.url.password)
        return engine

    def get_conn(self) -> Engine:
        """The engine, under the name by which Airflow's own code asks a hook for its connection."""
        return self.engine

    def _url(self) -> str:
        if self.practice_conn_id:
            return self.get_connection(self.practice_conn_id).get_uri()
        if url := os.environ.get(DATABASE_URL):
            return url
        raise ServiceUnavailable(f"No practice database is named: set {DATABASE_URL}, or start by `./revcycle up`.")
