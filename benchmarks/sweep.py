"""The sweep of a million charge lines, as a ratio to moving the same rows with COPY.

    PYTHONPATH=include .venv/bin/python benchmarks/sweep.py [--encounters 433000] [--workers 2]

Loads a sample practice into a throw-away database, then measures in the same run:
- sweep: from PostgreSQL through every rule and back (findings and results), in chunks, as many at a time as a night
  has slots on this machine; the start of their processes is not counted;
- copy: COPY of the same lines with their diagnoses out, and COPY of the same findings into a table with the keys of
  `finding`.
Prints both counts, both times, their ratio, and the largest memory of all sweeping processes together.
"""

import argparse
import os
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

import psutil
from sqlalchemy import Engine, text

from revcycle.cycle import intake
from revcycle.cycle.edits.sweep import Chunk, SweepCounts, sweep
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import build_starter
from revcycle.foundation.state import State
from revcycle.foundation.store import connect, upgrade
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.foundation.store.runs import Step, begin
from sample_practice import write_sample

THROUGH = date(2026, 11, 23)
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
PASSWORD = "only-for-the-benchmark"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encounters", type=int, default=433_000)
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--chunks", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="revcycle-benchmark-") as folder:
        state = State(Path(folder) / "state").create()
        server = EmbeddedPostgres(state.postgres)
        server.start()
        try:
            measure(server, state, given.encounters, given.workers, given.chunks)
        finally:
            server.remove()


def measure(server: EmbeddedPostgres, state: State, encounters: int, workers: int, chunks: int) -> None:
    """Load, sweep, copy, print."""
    server.ensure_database("revcycle", PASSWORD)
    url = server.url("revcycle", "revcycle", PASSWORD)
    engine = connect(url)
    upgrade(engine)
    load(engine, state, encounters)
    with MemoryOfChildren() as memory, ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        list(pool.map(time.sleep, [1.0] * workers))  # every worker has started and imported what it needs
        began = time.monotonic()
        jobs = [pool.submit(sweep_chunk, url, str(state.root), index, chunks) for index in range(chunks)]
        counts = sum((job.result() for job in jobs), SweepCounts())
        swept = time.monotonic() - began
    lines, findings, copied = copy(engine)
    print(f"lines {lines:,}  encounters {counts.encounters:,}  findings {findings:,}")
    print(f"sweep {swept:.1f} s  copy {copied:.1f} s  ratio {swept / copied:.2f}  ({workers} workers, {chunks} chunks)")
    print(f"memory of all sweeping processes together {memory.peak / 2**20:,.0f} MiB")


def load(engine: Engine, state: State, encounters: int) -> None:
    """The sample practice through the real intake."""
    folder = state.root / "sample"
    write_sample(folder, seed=1, encounters=encounters, through=THROUGH)
    build_starter(state)
    with engine.begin() as connection:
        run_id = begin(connection, Step("benchmark", "1", "settings"))
        practice.load(connection, practice.read(folder / "practice.yaml"), run_id=run_id, now=NOW)
    files = [folder / name for name in ("patients.csv", "coverage.csv", "charges.csv")]
    step = Step("benchmark", "1", "intake")
    began = time.monotonic()
    intake.load(engine, Archive(state.archive), files, source="csv", intake_day=NOW.date(), now=NOW, step=step)
    print(f"intake {time.monotonic() - began:.1f} s")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def sweep_chunk(url: str, state: str, index: int, of: int) -> SweepCounts:
    """One task of the night, in a process of its own."""
    step = Step("benchmark", "1", "sweep", shard=index)
    return sweep(connect(url), chunk=Chunk(index, of), through=THROUGH, state=State(Path(state)), step=step)


def copy(engine: Engine) -> tuple[int, int, float]:
    """The same lines out, the same findings in; returns both counts and the seconds."""
    with engine.begin() as connection:
        lines = connection.execute(text("SELECT count(*) FROM charge_line")).scalar_one()
        findings = connection.execute(text("SELECT count(*) FROM finding")).scalar_one()
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        with cursor.copy("COPY finding TO STDOUT (FORMAT csv)") as out:
            rows = b"".join(out)
        connection.execute(text("CREATE TEMP TABLE again (LIKE finding INCLUDING ALL) ON COMMIT DROP"))
        began = time.monotonic()
        for table in ("charge_line", "diagnosis"):
            with cursor.copy(f"COPY {table} TO STDOUT (FORMAT csv)") as out:
                for _ in out:
                    pass
        with cursor.copy("COPY again FROM STDIN (FORMAT csv)") as into:
            into.write(rows)
        return lines, findings, time.monotonic() - began


class MemoryOfChildren:
    """The largest sum of proportional set sizes of this process's Python children, looked at ten times a second."""

    def __init__(self) -> None:
        self.peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "MemoryOfChildren":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.peak = max(self.peak, sum(map(_proportional, psutil.Process().children(recursive=True))))


def _proportional(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss) if "python" in process.name() else 0
    except psutil.Error:
        return 0


if __name__ == "__main__":
    main()
