"""Airflow's own word on the health of its parts, as its API server gives it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

Health = dict[str, bool]
API = "api"
PARTS = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer", API: "api-server"}
"""Our part for each name in Airflow's answer; the API server itself is healthy when it answers."""


@dataclass(frozen=True)
class Word:
    """Which parts are healthy, when each gave its last sign of life, and which are known not to be healthy.

    `healthy` and `heartbeats` are by Airflow's names, `unwell` has ours. Nothing is known of the other parts while the
    API server does not answer, or has no database to look into.
    """

    healthy: Health
    heartbeats: Mapping[str, datetime] = field(default_factory=dict)
    unwell: frozenset[str] = frozenset()


SILENCE = Word(dict.fromkeys(PARTS, False), unwell=frozenset({PARTS[API]}))


def ask(url: str) -> Word:
    """What Airflow says now; `SILENCE` while it does not answer."""
    try:
        answer = httpx.get(f"{url}/api/v2/monitor/health", timeout=5, trust_env=False).raise_for_status().json()
        told = {name: answer[name] for name in PARTS if name in answer}
        healthy = SILENCE.healthy | {name: one["status"] == "healthy" for name, one in told.items()} | {API: True}
        beats = {name: one.get(f"latest_{name}_heartbeat") for name, one in told.items()}
        heartbeats = {name: datetime.fromisoformat(beat) for name, beat in beats.items() if beat}
        looked = answer["metadatabase"]["status"] == "healthy"
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return SILENCE
    unwell = frozenset(PARTS[name] for name, well in healthy.items() if looked and not well)
    return Word(healthy, heartbeats, unwell)
