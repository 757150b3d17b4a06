"""100,000 claims of remittances from a file to a verified ledger, beside COPY of every row that this writes.

    PYTHONPATH=include .venv/bin/python benchmarks/post_835.py [--claims 100000] [--sets 10]

Fills two throw-away databases with the same submitted claims of three lines. Into the first a file is posted: 300,000
services and 500,000 adjustments in at most ten transaction sets, read, proven, matched, treated, booked. Then every row
that the posting wrote (facts, matches, entries, transfers, balances, events) is copied into the second one: the same
tables with the same keys, indexes and checks. Prints both times, their ratio, the time of `ledger verify`, and the
largest memory of the posting process.
"""

import argparse
import resource
import tempfile
import time
from datetime import date
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine, text

from revcycle.cycle.claims.bookings import book
from revcycle.cycle.remittance.post import post
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.ledger.verify import verify
from revcycle.foundation.state import State
from revcycle.foundation.store import connect, upgrade
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.foundation.store.runs import Step, begin
from write_837 import FILL, NOW, PASSWORD, SETTINGS

DAY = date(2026, 11, 24)
PAYER = "1999888777"
PAYS = f"""
    remittances:
      - {{valid_from: 2010-01-01, source: benchmark, partner: house, trn03: ["{PAYER}"]}}
trading_partners:"""
THREE_LINES = (
    ("generate_series(1, 2) line", "generate_series(1, 3) line"),
    ("(ARRAY['99213', '93000'])[line]", "(ARRAY['99213', '93000', '36415'])[line]"),
    ("CASE line WHEN 1 THEN 12000 ELSE 8050 + n % 1000 END", "(ARRAY[12000, 8050 + n % 1000, 5000])[line]"),
    ("20050 + n % 1000", "25050 + n % 1000"),
)
SENT = (
    """INSERT INTO archive_object (sha256, bytes, run_id) SELECT 'sent', 1, :run""",
    """INSERT INTO interchange (partner, isa13, gs06, bht03, usage, billing_npi, remote_name, sha256, manifest_sha256,
        bytes, claims, amount_cents, prepared_at, state, run_id)
    SELECT 'house', n, n, n, 'T', '1000000012', n, 'sent', 'sent', 1, 5000, 1, '2026-11-20', 'published', :run
    FROM generate_series(1, (:claims - 1) / 5000 + 1) n""",
    """UPDATE claim_submission SET interchange_id = (id - 1) / 5000 + 1, position = (id - 1) % 5000 + 1""",
    "UPDATE claim SET state = 'submitted'",
)
WRITTEN = (
    "remittance",
    "remittance_sighting",
    "remittance_claim",
    "remittance_service",
    "remittance_adjustment",
    "remittance_detail",
    "remittance_match",
    "journal_entry",
    "transfer",
    "claim_event",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--sets", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="revcycle-benchmark-") as folder:
        state = State(Path(folder) / "state").create()
        server = EmbeddedPostgres(state.postgres)
        server.start()
        try:
            posted, copied = (_practice(server, state, name, given.claims) for name in ("posted", "copied"))
            file = state.root / "remittances.835"
            write_file(file, given.claims, given.sets)
            measure(posted, copied, Archive(state.archive), file, given.claims)
        finally:
            server.remove()


def _practice(server: EmbeddedPostgres, state: State, name: str, claims: int) -> Engine:
    """A database with submitted claims, charged and assigned."""
    server.ensure_database(name, PASSWORD)
    engine = connect(server.url(name, name, PASSWORD))
    upgrade(engine)
    state.practice_yaml.write_text(SETTINGS.replace("trading_partners:", PAYS.lstrip("\n"), 1))
    with engine.begin() as connection:
        run = begin(connection, Step("benchmark", "1", "fill"))
        practice.load(connection, practice.read(state.practice_yaml), run_id=run, now=NOW)
        for statement in (*FILL, *SENT):
            connection.execute(text(_of_three_lines(statement)), {"claims": claims, "run": run})
        book(connection, through=DAY, run_id=run)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return engine


def _of_three_lines(statement: str) -> str:
    for old, new in THREE_LINES:
        statement = statement.replace(old, new)
    return statement


def write_file(path: Path, claims: int, sets: int) -> None:
    """An 835 that pays every claim: five adjustments over three services."""
    with path.open("w") as file:
        file.write(
            "ISA*00*          *00*          *ZZ*PAYER          *ZZ*BENCHMARK1     "
            "*261120*1200*^*00501*000000001*0*T*:~\n"
            "GS*HP*PAYER*BENCHMARK1*20261120*1200*1*X*005010X221A1~\n"
        )
        size = -(-claims // sets)
        for number, first in enumerate(range(1, claims + 1, size), start=1):
            paid_here = range(first, min(first + size, claims + 1))
            paid = sum(16550 + n % 1000 for n in paid_here)
            head = [
                f"BPR*I*{paid / 100:.2f}*C*ACH*CCP*01*999999992*DA*1*1512345678**01*999988880*DA*9*20261120",
                f"TRN*1*EFT{number}*{PAYER}",
                "N1*PR*BENCHMARK PAYER",
                "N1*PE*BENCHMARK GROUP*XX*1000000012",
                "LX*1",
            ]
            segments = 1  # SE counts itself
            for row in chain([f"ST*835*{number:04}"], head, chain.from_iterable(map(_claim, paid_here))):
                file.write(f"{row}~\n")
                segments += 1
            file.write(f"SE*{segments}*{number:04}~\n")
        file.write(f"GE*{-(-claims // size)}*1~\nIEA*1*000000001~\n")


def _claim(n: int) -> list[str]:
    number, more = f"{n:010}01", n % 1000
    lines = (
        ("99213:25", 12000, (("CO", 45, 4000), ("PR", 1, 1000))),
        ("93000", 8050 + more, (("CO", 45, 2000), ("PR", 2, 500))),
        ("36415", 5000, (("CO", 45, 1000),)),
    )
    rows = [
        f"CLP*{number}*1*{(25050 + more) / 100:.2f}*{(16550 + more) / 100:.2f}**MB*ICN{n}*11*1",
        f"NM1*QC*1*QUILLFEATHER*ADA****MI*SYN{n}",
        "DTM*050*20261110",
    ]
    for place, (procedure, charge, adjustments) in enumerate(lines, start=1):
        paid = charge - sum(cents for _, _, cents in adjustments)
        rows.append(f"SVC*HC:{procedure}*{charge / 100:.2f}*{paid / 100:.2f}**1")
        rows.append("DTM*472*20261101")
        rows += [f"CAS*{group}*{reason}*{cents / 100:.2f}" for group, reason, cents in adjustments]
        rows += [f"REF*6R*{number}L{place:02}", f"AMT*B6*{paid / 100:.2f}"]
    return rows


def measure(posted: Engine, copied: Engine, archive: Archive, file: Path, claims: int) -> None:
    """Post, prove, then copy what was written into the other database."""
    step = Step("benchmark", "1", "post")
    number, run = _register(posted, archive, file, step)
    _register(copied, archive, file, step)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.monotonic()
    results = post(posted, archive, number, day=DAY, now=NOW, step=step)
    took = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert {result.status for result in results} == {"posted"}, [result.status for result in results]
    began = time.monotonic()
    with posted.connect() as connection:
        proofs = verify(connection)
    proven = time.monotonic() - began
    assert all(proof.holds for proof in proofs), [proof.name for proof in proofs if not proof.holds]
    rows, alone = _copy_all(posted, copied, run, file.parent)
    print(f"claims {claims:,}  sets {len(results)}  file {file.stat().st_size:,} bytes  rows {rows:,}")
    print(f"post {took:.2f} s  COPY {alone:.2f} s  ratio {took / alone:.2f}  verify {proven:.2f} s")
    print(f"memory of this process {memory:,.0f} MiB ({before:,.0f} before posting)")


def _register(engine: Engine, archive: Archive, file: Path, step: Step) -> tuple[int, int]:
    """The file as collected; returns its id and the run's."""
    sha256 = archive.put(file)
    with engine.begin() as connection:
        run = begin(connection, step)
        asked = {"sha": sha256, "bytes": file.stat().st_size, "run": run}
        connection.execute(
            text("INSERT INTO archive_object (sha256, bytes, run_id) VALUES (:sha, :bytes, :run)"), asked
        )
        made = connection.execute(
            text("""INSERT INTO received_file (partner, sha256, kind, first_name, state, run_id)
                VALUES ('house', :sha, '835', 'benchmark.835', 'registered', :run) RETURNING id"""),
            asked,
        )
        return int(made.scalar_one()), run


def _copy_all(posted: Engine, copied: Engine, run: int, folder: Path) -> tuple[int, float]:
    """Rows and seconds of COPY alone, in one transaction; balances are written anew whole."""
    files = {}
    for table in (*WRITTEN, "claim_balance"):
        files[table] = folder / f"{table}.copy"
        with posted.connect() as connection, files[table].open("wb") as out:
            driver = connection.connection.driver_connection
            assert driver is not None
            with driver.cursor().copy(f"COPY (SELECT * FROM {table} WHERE run_id = {run}) TO STDOUT") as rows:
                for block in rows:
                    out.write(block)
    with copied.begin() as connection:
        connection.execute(text("TRUNCATE claim_balance"))
    began, count = time.monotonic(), 0
    with copied.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for table, path in files.items():
            cursor = driver.cursor()
            with path.open("rb") as stored, cursor.copy(f"COPY {table} FROM STDIN") as rows:
                while block := stored.read(1 << 20):
                    rows.write(block)
            count += cursor.rowcount
    return count, time.monotonic() - began


if __name__ == "__main__":
    main()
