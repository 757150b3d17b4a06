"""Which week a run is for: named by the Monday on which it began."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import CronPartitionTimetable
from airflow.sdk.exceptions import AirflowFailException

from revcycle_airflow.business_date import FORMAT, business_date, named_date, practice_zone

# Midnight after the week's Sunday, with the key of the Monday before. Exactly midnight, as for NIGHTLY: a run by hand
# with a key then has the partition date of a scheduled one, and a backfill's bare dates include both ends.
WEEKLY = CronPartitionTimetable("0 0 * * 1", timezone=practice_zone(), run_offset=-1, key_format=FORMAT)


def week(context: Mapping[str, Any]) -> date:
    """The Monday of the run's partition key or `business_date`, else of the last week that was over when it began.

    Raises: AirflowFailException for another day of the week, and for a week that is not over.
    """
    day, run = business_date(context), context["dag_run"]
    if not named_date(run.partition_key, run.conf):
        today = day + timedelta(days=1)
        return today - timedelta(days=today.weekday() + 7)
    if day.weekday():
        raise AirflowFailException(
            f"A week is named by its Monday, and {day} is a {day:%A}; start the run again with a Monday as its key."
        )
    zone = practice_zone()
    if day + timedelta(days=7) > datetime.now(ZoneInfo(zone)).date():
        raise AirflowFailException(f"The week of {day} is not over in {zone}; start the run again after its Sunday.")
    return day
