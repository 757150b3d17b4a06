"""Releases in the practice database (`code_release`), of which STATE/reference.json is the projection."""

from __future__ import annotations

from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert

from revcycle.foundation.reference.projection import exclusively, read_projection_or_empty, write_projection
from revcycle.foundation.reference.release import Release, ReleaseSet
from revcycle.foundation.state import State
from revcycle.foundation.store.tables import code_release

KEY = (code_release.c.source, code_release.c.setting, code_release.c.release_version)


def register(engine: Engine, releases: ReleaseSet, *, run_id: int) -> None:
    """Make `releases` active. Another active content of the same source, setting and version is withdrawn.

    Registering the same releases again changes nothing; releases not named here stay as they are.
    """
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("code_release"))))
        for release in releases.releases:
            same_key = [column == value for column, value in zip(KEY, release.key, strict=True)]
            connection.execute(
                update(code_release)
                .where(*same_key, code_release.c.sha256 != release.sha256, code_release.c.state == "active")
                .values(state="withdrawn")
            )
            added = insert(code_release).values(
                source=release.source,
                setting=release.setting,
                release_version=release.version,
                sha256=release.sha256,
                valid_from=release.valid_from,
                valid_to=release.valid_to,
                rows=release.rows,
                state="active",
                run_id=run_id,
            )
            connection.execute(
                added.on_conflict_do_update(
                    index_elements=[*KEY, code_release.c.sha256],
                    set_={"state": "active"},
                    where=code_release.c.state != "active",
                )
            )


def project(engine: Engine, state: State) -> ReleaseSet:
    """Write STATE/reference.json from the active rows, and return them.

    A database without any leaves the file alone: it is new, and the file's releases are still to be registered.
    """
    with exclusively(state):
        with engine.connect() as connection:
            rows = connection.execute(select(code_release).where(code_release.c.state == "active")).all()
        if not rows:
            return read_projection_or_empty(state)
        releases = ReleaseSet.of_all(
            Release(
                source=row.source,
                setting=row.setting,
                version=row.release_version,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                sha256=row.sha256,
                rows=row.rows,
            )
            for row in rows
        )
        if releases != read_projection_or_empty(state):
            write_projection(state, releases)
        return releases
