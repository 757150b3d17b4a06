"""The one place that knows which business date a run is for, and how it hands that date on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import Asset, CronPartitionTimetable, CronTriggerTimetable, PartitionedAssetTimetable, StartOfDayMapper
from airflow.sdk.exceptions import AirflowFailException

FORMAT = "%Y-%m-%d"
HANDED_ON = ("payers", "now")


def practice_zone() -> str:
    """The practice's time zone, which the environment takes from practice.yaml."""
    return os.environ.get("REVCYCLE_TIME_ZONE") or "America/New_York"


# Exactly midnight, for the day that has just ended: only then does a run by hand with a key carry the same partition
# date as a scheduled one, so that a backfill sees it; and no date is lost or doubled when clocks change.
NIGHTLY = CronPartitionTimetable("0 0 * * *", timezone=practice_zone(), run_offset=-1, key_format=FORMAT)
HALF_HOURLY = CronTriggerTimetable("*/30 * * * *", timezone=practice_zone())


def following(asset: Asset) -> PartitionedAssetTimetable:
    """After each date that the asset announces; a key that is no date is refused."""
    mapper = StartOfDayMapper(input_format=FORMAT, output_format=FORMAT, timezone=practice_zone())
    return PartitionedAssetTimetable(assets=asset, default_partition_mapper=mapper)


def business_date(context: Mapping[str, Any]) -> date:
    """Partition key, else `business_date` of conf or params, else the day before the run in the practice's zone.

    Never `partition_date`, which differs by how the run began, and never `ds`, `logical_date` or `data_interval`, which
    partitioned and manual runs have not got.

    Raises: AirflowFailException for a date that cannot be read, two that differ, or a day that is not over.
    """
    run = context["dag_run"]
    zone = ZoneInfo(practice_zone())
    asked = (run.conf or {}).get("business_date") or (context.get("params") or {}).get("business_date")
    if run.partition_key and asked and run.partition_key != asked:
        raise AirflowFailException(
            "The run's partition key and its business_date name two different days; start it again with one of them."
        )
    named = run.partition_key or asked
    day = _read(named) if named else run.run_after.astimezone(zone).date() - timedelta(days=1)
    if day >= datetime.now(zone).date():
        raise AirflowFailException(
            f"Business date {day} is not over in {zone.key}; start the run a day later, or name an earlier date."
        )
    return day


def named_date(partition_key: str | None, conf: Mapping[str, Any] | None) -> str:
    """The date a run was given, as text for people; '' where none was named or what was named is no date."""
    try:
        return _read(partition_key or (conf or {}).get("business_date")).isoformat()
    except AirflowFailException:
        return ""


def scope(context: Mapping[str, Any]) -> dict[str, Any]:
    """What the run is limited to, such as {"payers": ["MEDICARE"]}, and the instant it plays: its own conf, else what
    the runs before it handed on.

    Events of one date may be merged into one run: unless they all agree it is not limited. A scope only narrows.
    """
    own = {name: value for name, value in (context["dag_run"].conf or {}).items() if name in HANDED_ON}
    events = [event for group in (context.get("triggering_asset_events") or {}).values() for event in group]
    handed = [{name: value for name, value in (event.extra or {}).items() if name in HANDED_ON} for event in events]
    if own or not handed:
        return own
    return handed[0] if all(one == handed[0] for one in handed) else {}


def instant(context: Mapping[str, Any]) -> datetime:
    """The `now` that is handed on (nights that are played one after the other), else the clock's.

    Raises: AirflowFailException for an instant that cannot be read.
    """
    asked = scope(context).get("now")
    if asked is None:
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(asked).astimezone(UTC)
    except (TypeError, ValueError):
        raise AirflowFailException(
            "The run's `now` is no instant as 2026-11-06T05:00:00+00:00; leave it out."
        ) from None


def announce(context: Mapping[str, Any], asset: Asset) -> None:
    """Hand the business date and the scope to the followers; for the one task that has `outlets=[asset]`, never a
    mapped one.

    A run with a partition key hands it on by itself; a run without one must name it, or no follower starts.
    """
    event = context["outlet_events"][asset]
    event.extra = scope(context)
    if not context["dag_run"].partition_key:
        event.add_partitions(business_date(context).isoformat())


def _read(named: object) -> date:
    try:
        return datetime.strptime(str(named), FORMAT).replace(tzinfo=UTC).date()
    except ValueError:
        raise AirflowFailException(
            "The run's business_date is no date as 2026-11-05; start it again with one."
        ) from None
