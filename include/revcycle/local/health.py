"""Waiting until Airflow works: its own word, and whether a part has died meanwhile."""

import json
import time
from collections.abc import Callable

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.local import processes, supervisor
from revcycle.local.log_files import part_log
from revcycle.local.monitor import ask

SECONDS_TO_HEALTHY = 240.0
DEATHS_THAT_END_THE_WAIT = 2  # one may be an accident: the supervisor has started the part again


def wait_until_healthy(state: State, url: str, report: Callable[[str], None]) -> None:
    """Wait for all four.

    Raises: ServiceUnavailable that names the part that died, or those that are not healthy in time, and the log.
    """
    began, before = time.monotonic(), deaths(state)
    told = -1
    while not all((seen := ask(url).healthy).values()):
        for part, number in deaths(state).items():
            if number - before.get(part, 0) >= DEATHS_THAT_END_THE_WAIT:
                raise ServiceUnavailable(f"Airflow's {part} does not stay up; see {part_log(state, part)}.")
        if not processes.of_state(state)[supervisor.PART]:
            raise ServiceUnavailable(f"The supervisor ended; see {part_log(state, supervisor.PART)}.")
        if time.monotonic() - began > SECONDS_TO_HEALTHY:
            late = ", ".join(part for part, well in seen.items() if not well)
            raise ServiceUnavailable(
                f"After {SECONDS_TO_HEALTHY:.0f} s not healthy: {late}; see the logs in {state.logs}."
            )
        if told != (told := sum(seen.values())):
            report(f"Waiting for Airflow: {told} of {len(seen)} parts healthy ...")
        time.sleep(0.5)


def deaths(state: State) -> dict[str, int]:
    """How often each part died within the last ten minutes, as the supervisor counts."""
    return {part: seen["deaths"] for part, seen in supervisor_report(state).items()}


def supervisor_report(state: State) -> supervisor.Report:
    """The supervisor's last report, a part each; empty where there was none yet."""
    path = supervisor.report_file(state)
    report: supervisor.Report = json.loads(path.read_text()) if path.exists() else {}
    return report
