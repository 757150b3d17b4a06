"""From a checkout to a practice at work: code sets, services, the sample practice or an empty one, the first night."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from revcycle.cycle import intake
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.reference import NOTICE_TEXT, ReleaseSet, acknowledge, build_starter, read_projection
from revcycle.foundation.reference.registry import register
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step, begin
from revcycle.local import simulator
from revcycle.local.night import Night, Watch, last_business_date, run_night
from revcycle.local.practice import practice_engine
from revcycle.local.secrets import write_private
from revcycle.local.services import Report, Services, start
from revcycle.local.settings import ADMIN, Role

SAMPLE_SOURCE = "sample"  # its ids never meet those of the practice
SAMPLE_ZONE = ZoneInfo("America/New_York")
INTAKE_FILES = ("patients.csv", "coverage.csv", "charges.csv")
OPS = "ops"
FIRST_NIGHTS = 3  # the simulated payers pay a day after they accept, and put right what they did wrong a day later
WriteSample = Callable[[Path, date], None]
"""Writes the sample's files into a folder, through a date."""


@dataclass(frozen=True)
class Brought:
    """What is up, the business dates of the summary, what came of them together, and how long it all took."""

    services: Services
    engine: Engine
    days: list[date]
    night: Night | None
    services_seconds: float


@dataclass(frozen=True)
class PracticeFiles:
    """What a practice is made of before it has a database, and whether sample files wait to be loaded."""

    releases: ReleaseSet
    settings: practice.Settings
    sample_waits: bool


def bring_up(
    state: State,
    *,
    now: datetime,
    port: int | None,
    sample: WriteSample | None,
    with_night: bool,
    report: Report,
    watching: Callable[[str], AbstractContextManager[Watch]],
) -> Brought:
    """Set up and start whatever is missing; safe to repeat after any interruption.

    A new state gets the `sample` practice, or with None a commented practice.yaml to fill in.
    Raises: InputUnusable for a taken port or an unreadable practice.yaml, ServiceUnavailable for what did not start.
    """
    began = time.monotonic()
    files = practice_files(state, sample, now, report)
    settings = files.settings
    services = start(state, port, report, time_zone=settings.time_zone, users=_users(settings))
    engine = fill(state, files, now, report)
    seconds = time.monotonic() - began
    last = last_business_date(state, now)
    days = _nights(state, engine, last) if with_night else [last]
    night = None
    for day in days if with_night else ():
        with watching(f"Night of {day}") as watch:
            one = run_night(state, day, now=now, watch=watch, at=_over(day, settings.time_zone))
        night = night + one if night else one
    return Brought(services, engine, days, night, seconds)


def _nights(state: State, engine: Engine, last: date) -> list[date]:
    """The business dates that `up` plays: of a sample that was never paid several, so that money has come in."""
    with engine.connect() as connection:
        paid = connection.execute(text("SELECT EXISTS (SELECT FROM remittance)")).scalar_one()
    count = 1 if paid or not simulator.belongs(state) else FIRST_NIGHTS
    return [date.fromordinal(last.toordinal() - before) for before in reversed(range(count))]


def practice_files(state: State, sample: WriteSample | None, now: datetime, report: Report) -> PracticeFiles:
    """Make the state with its code sets and practice.yaml (of the `sample`, or a commented one) where it lacks them.

    Raises: InputUnusable for an unreadable practice.yaml, ServiceUnavailable when the package index cannot be reached.
    """
    state.create()
    releases = active_releases(state, now, report)
    sample_waits = _practice_yaml(state, sample, now, report)
    return PracticeFiles(releases, practice.read(state.practice_yaml), sample_waits)


def fill(state: State, files: PracticeFiles, now: datetime, report: Report) -> Engine:
    """Bring the files into the practice database, which is made, started and migrated where that is needed.

    Raises: ServiceUnavailable.
    """
    engine = practice_engine(state)
    step = Step("shell", f"up-{now.isoformat()}", "settings")
    register_settings(engine, files.settings, files.releases, now=now, step=step)
    if files.sample_waits:
        _load_sample(engine, state, now, report)
    return engine


def register_settings(
    engine: Engine, settings: practice.Settings, releases: ReleaseSet, *, now: datetime, step: Step
) -> None:
    """Bring practice.yaml and the code-set releases into the database; equal ones write no row."""
    with engine.begin() as connection:
        run_id = begin(connection, step)
        practice.load(connection, settings, run_id=run_id, now=now)
    register(engine, releases, run_id=run_id)


def active_releases(state: State, now: datetime, report: Report) -> ReleaseSet:
    """The state's code sets; on first use the notice is shown and the starter is built.

    Raises: ServiceUnavailable when the package index cannot be reached.
    """
    if not state.reference_json.exists():
        state.create()
        report(NOTICE_TEXT)
        acknowledge(state, now)
        report("Building the starter code sets ...")
        return build_starter(state, progress=report)
    return read_projection(state)


def _practice_yaml(state: State, sample: WriteSample | None, now: datetime, report: Report) -> bool:
    """Write what a new state lacks; returns whether sample files wait to be loaded.

    The marker comes before practice.yaml, which tells a state that is set up: killed anywhere, the next call goes on.
    """
    if not state.holds_sample:
        if state.practice_yaml.exists():
            return False
        if sample is None:
            state.practice_yaml.write_text(practice.TEMPLATE)
            report(f"Wrote {state.practice_yaml}: fill it in, then bring your files with ./revcycle intake.")
            return False
        report("Writing the sample practice ...")
        through = date.fromordinal(now.astimezone(SAMPLE_ZONE).date().toordinal() - 1)
        sample(state.sample, through)
        state.sample_marker.write_text(json.dumps({"through": through.isoformat()}))
    elif sample is None:
        raise InputUnusable(
            f"--no-sample: the state {state.root} holds the sample practice; name another one with --state."
        )
    if not state.practice_yaml.exists():
        # a copy: REVCYCLE_PRACTICE may name another disk
        write_private(state.practice_yaml, (state.sample / "practice.yaml").read_text())
    return (state.sample / INTAKE_FILES[-1]).exists()


def _load_sample(engine: Engine, state: State, now: datetime, report: Report) -> None:
    """Load the sample once: its bytes are then in the archive, and a later correction of it must not be undone."""
    report("Loading the sample practice ...")
    files = [state.sample / name for name in INTAKE_FILES]
    intake.load(
        engine,
        Archive(state.archive),
        files,
        source=SAMPLE_SOURCE,
        intake_day=now.astimezone(SAMPLE_ZONE).date(),
        now=now,
        step=Step("shell", f"up-{now.isoformat()}", "sample"),
    )
    for file in reversed(files):
        file.unlink(missing_ok=True)


def _over(day: date, time_zone: str) -> datetime:
    """The instant at which a business date is over: what the night that is played takes for now."""
    return datetime.combine(date.fromordinal(day.toordinal() + 1), datetime.min.time(), ZoneInfo(time_zone))


def _users(settings: practice.Settings) -> Mapping[str, Role]:
    """Who may log in: the admin, ops engineers as operators, coders and billers as readers."""
    staff: dict[str, Role] = {one.username: "op" if OPS in one.roles else "viewer" for one in settings.staff}
    return staff | {ADMIN: "admin"}
