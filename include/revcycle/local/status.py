"""What runs for a state and where, without a secret in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import OperationalError

from revcycle.foundation.alarm import standing
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice import read
from revcycle.foundation.reference import Release
from revcycle.foundation.reference.projection import read_projection_or_empty
from revcycle.foundation.state import State
from revcycle.foundation.store import connect
from revcycle.local import processes, simulator, supervisor
from revcycle.local.databases import Databases, databases, pgpass_file, without_password
from revcycle.local.disk import full_disks
from revcycle.local.environment import AIRFLOW_PARTS
from revcycle.local.health import supervisor_report
from revcycle.local.log_files import part_log
from revcycle.local.monitor import API, PARTS, SILENCE, Health, Word, ask
from revcycle.local.secrets import password_file
from revcycle.local.settings import ADMIN, read_settings
from revcycle.local.standing import Standing, standing_of

CRASH_LOOP_DEATHS = 3
SILENT_SECONDS = 45.0  # a part says every few seconds that it lives, and needs some to start


@dataclass(frozen=True)
class Status:
    """What `status` tells; `troubles` are sentences about what does not run as it should."""

    url: str
    running: bool
    healthy: Health
    database_url: str
    metadata_database_url: str
    database_running: bool
    ages: dict[Release, int]
    simulator: Mapping[str, str | int] | None
    standing: Standing
    alarms: list[dict[str, Any]]
    troubles: list[str]
    state: State

    def as_json(self) -> dict[str, Any]:
        """The object of `status --json`."""
        pgpass, passwords = pgpass_file(self.state), password_file(self.state)
        return {
            "airflow": {"url": self.url, "healthy": self.healthy},
            "database_url": self.database_url,
            "metadata_database_url": self.metadata_database_url,
            "database_running": self.database_running,
            "pgpass_file": str(pgpass) if pgpass.exists() else None,
            "simulator": self.simulator,
            "login": {"user": ADMIN, "password_file": str(passwords) if passwords.exists() else None},
            "state": str(self.state.root),
            "reference": [{**release.as_json(), "age_days": days} for release, days in self.ages.items()],
            "sending_paused": list(self.standing.paused),
            "waiting_to_send": [one.as_json() for one in self.standing.waiting],
            "in_doubt": list(self.standing.in_doubt),
            "answers_overdue": self.standing.overdue,
            "quarantined": self.standing.quarantined + sum(self.standing.unusable.values()),
            "oldest_unposted": {payer: since.isoformat() for payer, since in self.standing.oldest_unposted.items()},
            "alarms": self.alarms,
            "troubles": self.troubles,
        }


def status(state: State, now: datetime) -> Status:
    """Look, and change nothing; `now` is in the zone of who reads it. Nothing running is an answer, not an error."""
    living = processes.of_state(state)
    url = read_settings(state).url
    word = ask(url) if living["api-server"] else SILENCE  # what answers there may be another state's
    database = databases(state)
    stands, silent = _standing(database, Archive(state.archive))
    return Status(
        url=url,
        running=any(living[part] for part in AIRFLOW_PARTS),
        healthy=word.healthy,
        database_url=without_password(database.practice),
        metadata_database_url=without_password(database.metadata),
        database_running=database.running(),
        ages=read_projection_or_empty(state).age(now.date()),
        simulator=simulator.place(state, read_settings(state)),
        standing=stands,
        alarms=standing(state, now.date()),
        troubles=silent + _troubles(state, living, word, now) + stands.sentences(),
        state=state,
    )


def _standing(database: Databases, archive: Archive) -> tuple[Standing, list[str]]:
    """How the exchange stands, and a sentence where the database does not tell."""
    if not database.running():
        return Standing(), []
    try:
        return standing_of(connect(database.practice), archive), []
    except OperationalError:
        return Standing(), ["The practice database does not answer."]


def _troubles(state: State, living: processes.Parts, word: Word, now: datetime) -> list[str]:
    return (
        full_disks(state)
        + _settings(state)
        + _refused(state)
        + _unwell(state, living)
        + _hanging(state, living, word, now)
    )


def _settings(state: State) -> list[str]:
    """The line of practice.yaml at which the next night would stop."""
    if not state.practice_yaml.exists():
        return []
    try:
        read(state.practice_yaml)
    except InputUnusable as problem:
        return [f"{problem} The next night stops there."]
    return []


def _refused(state: State) -> list[str]:
    """Deliveries that a night could not use: each holds a file `refused` that says why."""
    places = sorted(str(file.parent) for file in state.inbox.glob("*/*/refused"))
    return [f"The delivery {place} was refused; its file `refused` says why." for place in places]


def _unwell(state: State, living: processes.Parts) -> list[str]:
    if not any(living.values()):
        return []
    if not living[supervisor.PART]:
        return ["The supervisor does not run, so nothing that dies is started again; ./revcycle up starts it."]
    return [
        f"{part} died {seen['deaths']} times within ten minutes"
        + (f" and is started again at {seen['next_start']}" if seen["next_start"] else "")
        + f"; see {part_log(state, part)}."
        for part, seen in supervisor_report(state).items()
        if seen["deaths"] >= CRASH_LOOP_DEATHS
    ]


def _hanging(state: State, living: processes.Parts, word: Word, now: datetime) -> list[str]:
    """Parts that are not healthy though their process lives, and longer than a start takes."""
    troubles = []
    for name, part in PARTS.items():
        process = processes.leader(living[part]) if part in word.unwell else None
        if process is not None and processes.alive(process):
            started = datetime.fromtimestamp(process.create_time(), UTC)
            silent = (now - max(started, word.heartbeats.get(name, started))).total_seconds()
            if silent > SILENT_SECONDS:
                sign = "does not answer" if name == API else f"gave its last sign of life {silent:.0f} s ago"
                troubles.append(
                    f"The {part} hangs: its process {process.pid} lives, but {sign}. The supervisor starts a part anew "
                    f"that was so for {supervisor.HANG_SECONDS:.0f} s; see {part_log(state, part)}."
                )
    return troubles
