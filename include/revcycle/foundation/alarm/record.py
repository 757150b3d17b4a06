"""The alarms of a state as JSON lines in the order they happened, and which of them people still have to look at."""

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from revcycle.foundation.alarm.alarm import Alarm
from revcycle.foundation.state import State

log = logging.getLogger(__name__)

SHOWN_DAYS = 7  # an alarm that nobody answered for so long is history
SUCCEEDED = "run_succeeded"
Line = dict[str, Any]


def keep(alarm: Alarm, *, state: State, now: datetime, sent: bool) -> None:
    """Keep an alarm for good. Never raises: an alarm must not be why a run is red."""
    _append({"at": now.isoformat(), **asdict(alarm), "text": alarm.text, "sent": sent}, state)


def settle(state: State, *, dag_id: str, run_id: str, business_date: str, now: datetime) -> None:
    """A run succeeded: write it down where an alarm stands about it, or about its DAG and business date.

    `business_date` is ISO, '' where the run has none by name.
    """
    success = {"at": now.isoformat(), "kind": SUCCEEDED, "dag_id": dag_id, "run_id": run_id}
    success["business_date"] = business_date
    if any(_settles(success, alarm) for alarm in _unsettled(state)):
        _append(success, state)


def standing(state: State, today: date, most: int = 10) -> list[Line]:
    """The newest alarms of the last days after which no run of the same DAG and business date succeeded.

    Of a DAG whose runs have no date, any later success counts. Alarms of one kind about one run, as each clear of it
    may add one, are told as the last of them, with how many times they came.
    Oldest first: at, kind, dag_id, run_id, business_date, task_id, text, sent, times.
    """
    young = [alarm for alarm in _unsettled(state) if _age_days(alarm, today) <= SHOWN_DAYS]
    times = Counter(map(_about, young))
    last = {_about(alarm): alarm | {"times": times[_about(alarm)]} for alarm in young}
    return sorted(last.values(), key=lambda alarm: datetime.fromisoformat(alarm["at"]))[-most:]


def _about(alarm: Line) -> tuple[str, ...]:
    return alarm["dag_id"], alarm["run_id"], alarm["kind"]


def _unsettled(state: State) -> list[Line]:
    alarms: list[Line] = []
    for line in _lines(state):
        if line["kind"] == SUCCEEDED:
            alarms = [alarm for alarm in alarms if not _settles(line, alarm)]
        else:
            alarms.append(line)
    return alarms


def _settles(success: Line, alarm: Line) -> bool:
    same_run = success["run_id"] == alarm["run_id"]
    same_date = success["business_date"] == alarm["business_date"]  # '' too: such a run takes all that is there
    return bool(success["dag_id"] == alarm["dag_id"] and (same_run or same_date))


def _age_days(alarm: Line, today: date) -> int:
    return (today - datetime.fromisoformat(alarm["at"]).astimezone().date()).days


def _append(line: Line, state: State) -> None:
    """One write of one line to a file opened for appending: two processes at once do not mix their lines."""
    try:
        state.create()
        handle = os.open(state.alarms, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, (json.dumps(line) + "\n").encode())
        finally:
            os.close(handle)
    except OSError as error:
        log.error("This alarm could not be kept in the state folder: %s.", error.strerror)


def _lines(state: State) -> Iterator[Line]:
    if not state.alarms.exists():
        return
    with state.alarms.open(encoding="utf-8") as stream:
        for line in stream:
            try:
                yield json.loads(line)
            except ValueError:  # the disk was full while it was written
                continue
