"""STATE/reference.json: the active releases, for everything that runs without the database."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.reference.release import Release, ReleaseSet
from revcycle.foundation.state import State

SCHEMA = 1


def read_projection(state: State) -> ReleaseSet:
    """The active releases of a state.

    Raises: InputUnusable when STATE/reference.json is absent or cannot be read.
    """
    try:
        text = state.reference_json.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputUnusable(
            f"No code sets are loaded in {state.root}: `./revcycle up`, `./revcycle intake` or "
            "`./revcycle reference starter` does it. Or was another --state meant?"
        ) from None
    try:
        content = json.loads(text)
        if content["schema"] != SCHEMA:
            raise ValueError(content["schema"])
        return ReleaseSet.of_all(Release.from_json(value) for value in content["releases"])
    except (ValueError, KeyError, TypeError):
        raise InputUnusable(
            f"{state.reference_json} is not a list of code-set releases as this version writes it: "
            "remove it and run `./revcycle reference starter`, then load your own files again."
        ) from None


def read_projection_or_empty(state: State) -> ReleaseSet:
    """The active releases, none where nothing was loaded yet."""
    return read_projection(state) if state.reference_json.exists() else ReleaseSet()


def write_projection(state: State, releases: ReleaseSet) -> None:
    """Replace STATE/reference.json in one step: a reader sees the old file or the new one, whole."""
    content = {"schema": SCHEMA, "releases": [release.as_json() for release in releases.releases]}
    write_atomically(state.reference_json, json.dumps(content, indent=1) + "\n")


def write_atomically(path: Path, text: str) -> None:
    """Write, sync and rename, so that a crash leaves the old content or the new."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def exclusively(state: State) -> Iterator[None]:
    """One process at a time changes the releases of a state; the others wait here."""
    state.create()
    with (state.root / ".reference.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
