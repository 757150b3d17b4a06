"""A whole state in one file: both databases, the archive, the practice's settings, the Fernet key.

The databases are dumped before the archive is read: bytes are archived before the row that names them, so every row of
the dump finds its object in the file.
"""

import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable, ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.foundation.store.server_account import client_program
from revcycle.local import processes
from revcycle.local.databases import Databases, start_databases, without_password
from revcycle.local.practice import require_practice
from revcycle.local.secrets import read_secrets, write_private, write_secrets

FORM = 1
MANIFEST = "manifest.json"
SETTINGS = ("reference.json", "notice.json", "sample.json", "services.json")
PRACTICE_YAML = "practice.yaml"
ARCHIVE = "archive/"
LABELS = "labels.json"  # by kind and name; after the objects they name
DATABASES = ("practice", "metadata")
PLAIN = "postgresql"  # the URL as libpq reads it, without a driver
Report = Callable[[str], None]


def backup(state: State, target: Path, report: Report) -> None:
    """Write the state into `target` (mode 0600), replacing it only when the new file is whole.

    Raises: InputUnusable when the state holds no practice or the file cannot be written; ServiceUnavailable when a
    database cannot be dumped.
    """
    require_practice(state)
    databases = start_databases(state, report)
    with _scratch(target) as scratch:
        for name in DATABASES:
            report(f"Dumping the {name} database ...")
            _run("pg_dump", getattr(databases, name), "--format=custom", f"--file={scratch / name}")
        partial = scratch / "backup.tar"
        partial.touch(mode=0o600)
        with tarfile.open(partial, "w") as tar:
            manifest = {"form": FORM, "fernet": read_secrets(state).fernet}
            (scratch / MANIFEST).write_text(json.dumps(manifest))
            tar.add(scratch / MANIFEST, MANIFEST)
            for name in DATABASES:
                tar.add(scratch / name, name)
            for path in (state.practice_yaml, *(state.root / name for name in SETTINGS)):
                if path.exists():
                    tar.add(path, PRACTICE_YAML if path == state.practice_yaml else path.name)
            report("Packing the archive ...")
            archive = Archive(state.archive)
            labels = {kind: archive.labels(kind) for kind in archive.label_kinds()}
            for sha256 in archive.names():  # after the labels: each finds its object
                tar.add(archive.path(sha256), ARCHIVE + sha256)
            (scratch / LABELS).write_text(json.dumps(labels))
            tar.add(scratch / LABELS, LABELS)
        with partial.open("rb") as whole:
            os.fsync(whole.fileno())
        partial.replace(target)


def restore(state: State, source: Path, report: Report) -> None:
    """Make `state` what `source` holds; archive objects are added and none removed. Safe to run again after a cut.

    Raises: InputUnusable when the file is no backup, or services of the state are up.
    """
    _refuse_what_is_no_archive(source)
    if any(processes.of_state(state).values()):
        raise InputUnusable(f"The services of {state.root} are up; end them first: ./revcycle down.")
    with _scratch(state.create().root / "restore") as scratch:
        fernet = _unpack(source, state, scratch, report)
        write_secrets(state, replace(read_secrets(state), fernet=fernet))
        databases = start_databases(state, report)
        for name in DATABASES:
            report(f"Restoring the {name} database ...")
            _replace_database(databases, name, scratch / name)
        for path in sorted((scratch / "settings").iterdir()):
            target = state.practice_yaml if path.name == PRACTICE_YAML else state.root / path.name
            write_private(target, path.read_text())  # a copy: REVCYCLE_PRACTICE may name another disk


def _refuse_what_is_no_archive(source: Path) -> None:
    """Before anything is written: a state folder is not made for a file that is none of ours."""
    try:
        archive = tarfile.is_tarfile(source)
    except OSError as problem:
        raise InputUnusable(f"{source} cannot be read: {problem.strerror}.") from problem
    if not archive:
        raise InputUnusable(f"{source} is no backup: name a file that ./revcycle backup has written.")


def _unpack(source: Path, state: State, scratch: Path, report: Report) -> str:
    """Objects into the archive, dumps and settings into `scratch`; returns the Fernet key."""
    settings = scratch / "settings"
    settings.mkdir()
    archive = Archive(state.archive)
    fernet = ""
    try:
        with tarfile.open(source, "r") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None:
                    continue
                name = Path(member.name).name
                place = settings / name if name in {PRACTICE_YAML, *SETTINGS} else scratch / name
                with content, place.open("wb") as file:
                    while block := content.read(1 << 20):
                        file.write(block)
                if member.name == MANIFEST:
                    fernet = str(json.loads(place.read_text())["fernet"])
                elif member.name == LABELS:
                    _label(archive, place)
                elif member.name.startswith(ARCHIVE):
                    _add(archive, place, name)
    except (tarfile.TarError, EOFError, ValueError, KeyError) as problem:
        raise InputUnusable(f"{source} is cut off or damaged ({problem}); take another backup.") from problem
    if not fernet or not all((scratch / name).exists() for name in DATABASES):
        raise InputUnusable(f"{source} is no whole backup: the manifest or a database is missing.")
    report(f"Unpacked {source}.")
    return fernet


def _add(archive: Archive, place: Path, sha256: str) -> None:
    found = archive.put(place)
    place.unlink()
    if found != sha256:
        raise ValueError(f"object {sha256} hashes to {found}")


def _label(archive: Archive, place: Path) -> None:
    for kind, labels in json.loads(place.read_text()).items():
        for name, sha256 in labels.items():
            archive.label(kind, name, sha256)


def _replace_database(databases: Databases, name: str, dump: Path) -> None:
    """Everything the owner has is dropped first; the dump then goes in as one transaction."""
    url = getattr(databases, name)
    plain = make_url(url).set(drivername=PLAIN).render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    _run("pg_restore", url, "--no-owner", "--single-transaction", "--schema=public", str(dump))


def _run(tool: str, url: str, *arguments: str) -> None:
    """A PostgreSQL program on one database; the password goes by the environment, never by the command line."""
    database = make_url(url).set(drivername=PLAIN)
    done = subprocess.run(
        [str(client_program(tool)), f"--dbname={without_password(database.render_as_string())}", *arguments],
        env={**os.environ, "PGPASSWORD": str(database.password or "")},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        # what the program says may quote rows; its first words name the step that failed
        raise ServiceUnavailable(f"{tool} failed with exit code {done.returncode} on database {database.database}.")


@contextmanager
def _scratch(near: Path) -> Iterator[Path]:
    """A private folder on the same disk as `near`, gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(dir=near.resolve().parent, prefix=".revcycle-") as folder:
            yield Path(folder)
    except OSError as problem:
        raise InputUnusable(f"{near}: cannot be written: {problem.strerror}.") from problem
