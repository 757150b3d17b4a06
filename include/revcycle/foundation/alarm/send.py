"""How an alarm leaves: always kept in the state folder, and sent to REVCYCLE_ALERT_URL (mail, chat, pager) if set."""

import logging
import os
from datetime import datetime

from revcycle.foundation.alarm.alarm import Alarm
from revcycle.foundation.alarm.record import keep
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
    keep(alarm, state=state, now=now, sent=sent)
    return sent


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
