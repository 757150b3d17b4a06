from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import BaseSensorOperator

from revcycle_airflow.business_date import instant, practice_zone
from revcycle_airflow.week import week

PATIENCE = timedelta(hours=2)


class WeekSettledSensor(BaseSensorOperator):
    """Wait for 2 o'clock after the week's Sunday: its night begins at midnight, and dates its money to that Sunday.

    It holds no worker while it waits, and a week that is long over passes at once.
    """

    def __init__(self, **kwargs: Any) -> None:
        waits = {"mode": "reschedule", "poke_interval": 600, "timeout": 2 * PATIENCE.total_seconds()}
        super().__init__(**waits | kwargs)

    def poke(self, context: Mapping[str, Any]) -> bool:
        """Whether it is late enough by the practice's clock."""
        midnight = datetime.combine(week(context) + timedelta(days=7), time(), ZoneInfo(practice_zone()))
        return instant(context) >= midnight.astimezone(UTC) + PATIENCE
