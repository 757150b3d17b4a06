"""How an alarm leaves: always kept in the state folder, and sent to REVCYCLE_ALERT_URL (mail, chat, pager) if set."""

import json
import logging
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from revcycle.foundation.alarm.alarm import Alarm
from revcycle.foundation.state import State

log = logging.getLogger(__name__)

ADDRESS = "REVCYCLE_ALERT_URL"  # one Apprise URL, or several separated by blanks; holds passwords: never logged


def send(alarm: Alarm, *, state: State, now: datetime) -> bool:
    """Call people; true if the alarm left this machine. Never raises: an alarm must not be why a run is red.

    Whatever happens, the alarm stands in the log and as a line of `state.alarms`, which `status` shows.
    """
    address = os.environ.get(ADDRESS, "")
    sent = _notify(address, alarm) if address else False
    log.error("%s", alarm.text)
    if address and not sent:
        log.error("This alarm could not be sent to %s; check the address and the network.", ADDRESS)
    _keep({"at": now.isoformat(), **asdict(alarm), "text": alarm.text, "sent": sent}, state)
    return sent


def recent(state: State, most: int = 10) -> list[dict[str, Any]]:
    """The newest alarms, oldest first: at, kind, dag_id, run_id, business_date, task_id, text, sent."""
    return list(deque(_lines(state), most))


def _notify(address: str, alarm: Alarm) -> bool:
    from apprise import Apprise, NotifyType  # slow to import, and wanted only on a bad night

    try:
        people = Apprise()
        return bool(
            people.add(address.split()) and people.notify(alarm.text, title=alarm.title, notify_type=NotifyType.FAILURE)
        )
    except Exception as error:  # whatever a service's client raises, the other ways must still be taken
        log.error("Sending an alarm ended with %s.", type(error).__name__)
        return False


def _keep(line: dict[str, Any], state: State) -> None:
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


def _lines(state: State) -> Iterator[dict[str, Any]]:
    if not state.alarms.exists():
        return
    with state.alarms.open(encoding="utf-8") as stream:
        for line in stream:
            try:
                yield json.loads(line)
            except ValueError:  # the disk was full while it was written
                continue
