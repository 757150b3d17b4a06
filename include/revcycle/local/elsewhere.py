"""A practice whose services something else runs, as containers: all that `up` does but the services and the night.

The databases are given by their URLs, the Fernet key and the time zone by the same environment as the services have.
"""

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.local import simulator
from revcycle.local.bring_up import WriteSample, fill, practice_files
from revcycle.local.databases import METADATA_VARIABLE, PRACTICE_VARIABLE
from revcycle.local.secrets import read_secrets, write_private, write_secrets
from revcycle.local.services import Report

FERNET_VARIABLE, ZONE_VARIABLE = "AIRFLOW__CORE__FERNET_KEY", "REVCYCLE_TIME_ZONE"
GIVEN = (PRACTICE_VARIABLE, METADATA_VARIABLE, FERNET_VARIABLE, ZONE_VARIABLE)


def prepare(state: State, *, now: datetime, sample: WriteSample | None, report: Report) -> None:
    """Make or migrate the practice of a state; safe to repeat after any interruption, and at every start.

    Raises: InputUnusable for a variable that is missing or contradicts practice.yaml, or an unreadable practice.yaml;
    ServiceUnavailable for a database or a package index that cannot be reached.
    """
    if missing := [name for name in GIVEN if not os.environ.get(name)]:
        raise InputUnusable(f"{', '.join(missing)} must be set: `prepare` is for services that something else runs.")
    files = practice_files(state, sample, now, report)
    if sample and not state.holds_sample:
        raise InputUnusable(f"{state.practice_yaml} is a practice of its own: the sample needs an empty state.")
    if os.environ[ZONE_VARIABLE] != files.settings.time_zone:
        raise InputUnusable(
            f"{ZONE_VARIABLE} is {os.environ[ZONE_VARIABLE]}, but {state.practice_yaml} says "
            f"{files.settings.time_zone}: nights would begin at another midnight; make them equal."
        )
    _keep_fernet(state)
    fill(state, files, now, report).dispose()


def write_simulators_connection(state: State, host: str, port: int) -> Path | None:
    """The connection to a simulator on another host, for `airflow connections import`; None without the sample.

    Its password and host key are made here and laid into its folder, where the simulator takes them from.
    """
    if not simulator.belongs(state):
        return None
    secrets = read_secrets(state)
    told = simulator.connection(state, host, port, secrets)
    write_private(simulator.folder(state) / "password", secrets.simulator)
    file = state.root / "connections.json"
    write_private(file, json.dumps({simulator.CONNECTION: told}))
    return file


def _keep_fernet(state: State) -> None:
    """A backup must hold the key that opens the stored connections."""
    secrets = replace(read_secrets(state), fernet=os.environ[FERNET_VARIABLE])
    if secrets != read_secrets(state):
        write_secrets(state, secrets)
