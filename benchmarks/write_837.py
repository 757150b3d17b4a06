"""100,000 assembled submissions into archived 837 files and committed states, beside an unchecked f-string writer.

    PYTHONPATH=include .venv/bin/python benchmarks/write_837.py [--claims 100000]

Fills a throw-away database by SQL with submissions of two lines and three diagnoses each (a fifth of the patients are
dependents), then measures in the same run:
- batch: from PostgreSQL to synced files with their manifests and committed states, every element checked;
- f-strings: the same claims, fetched as rows, written to one file by f-strings; nothing is checked, archived or
  committed.
Prints claims per second of both, their ratio, and the largest memory of this process after the batch.
"""

import argparse
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from revcycle.cycle.claims import batch
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.state import State
from revcycle.foundation.store import connect, upgrade
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.foundation.store.runs import Step, begin

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
PASSWORD = "only-for-the-benchmark"
SETTINGS = """
name: Benchmark practice
time_zone: America/New_York
billing_providers:
  - {npi: "1000000012", tax_id: "000000001", name: Benchmark Group, taxonomy: 193200000X, phone: "2075550100",
     address: {line_1: 1 Example Square, city: Sampleton, state: ME, zip: "039910001"}}
providers:
  - {npi: "1000000111", last_name: Fixture, first_name: Ada, taxonomy: 207Q00000X}
  - {npi: "1000000228", last_name: Referrer, first_name: Bo}
payers:
  - code: MEDICARE
    name: Medicare Part B
    kind: medicare
    time_zone: America/New_York
    claims:
      - {valid_from: 2010-01-01, source: benchmark, partner: house, payer_id: SMEDB, filing_indicator: MB}
trading_partners:
  - {connection: house, name: Benchmark Clearinghouse, sender_id: BENCHMARK1, receiver_id: CLEARING1,
     submitter_name: Benchmark Group, submitter_id: BEN001, contact_name: Billing, contact_phone: "2075550100",
     receiver_name: Benchmark Clearinghouse}
"""
N = "FROM generate_series(1, :claims) n"
# Dependents are every fifth; ids are 1 to n in every table, so that rows can be joined by counting.
FILL = (
    f"INSERT INTO patient_identity (id, run_id) SELECT n, :run {N}",
    f"""INSERT INTO patient (patient_id, source_system, source_patient_id, last_name, first_name, birth_date, sex,
        address_1, city, state, zip, version, run_id)
    SELECT n, 'csv', 'P' || n, 'Quillfeather' || chr(65 + n % 26), 'Ada' || chr(97 + n / 26 % 26),
        date '1950-01-01' + n % 20000, CASE WHEN n % 2 = 0 THEN 'F' ELSE 'M' END, n || ' Elm Street', 'Sampleton', 'ME',
        '039910001', 1, :run {N}""",
    f"""INSERT INTO coverage (patient_id, responsibility, valid_from, payer, member_id, group_number, relationship,
        subscriber_last_name, subscriber_first_name, version, run_id)
    SELECT n, 'P', '2018-01-01', 'MEDICARE', 'SYN' || n, 'GRP' || n % 100,
        CASE WHEN n % 5 = 0 THEN 'child' ELSE 'self' END, CASE WHEN n % 5 = 0 THEN 'Quillfeather' ELSE '' END,
        CASE WHEN n % 5 = 0 THEN 'Jo' ELSE '' END, 1, :run {N}""",
    f"""INSERT INTO encounter (source_system, source_encounter_id, current_version, run_id)
    SELECT 'csv', 'E' || n, 1, :run {N}""",
    f"""INSERT INTO encounter_version (encounter_id, version, content_sha256, patient_id, billing_npi, status,
        entered_on, charge_cents, run_id)
    SELECT n, 1, encode(sha256(n::text::bytea), 'hex'), n, '1000000012', '', '2026-11-20',
        20050 + n % 1000, :run {N}""",
    f"""INSERT INTO charge_line (encounter_id, version, line, patient_id, rendering_npi, date_from, place_of_service,
        procedure, modifiers, pointers, units, charge_cents, referring_npi, prior_authorization,
        run_id)
    SELECT n, 1, line, n, '1000000111', date '2026-11-01' + n % 18, '11', (ARRAY['99213', '93000'])[line],
        CASE line WHEN 1 THEN '25' ELSE '' END, CASE line WHEN 1 THEN '1;2' ELSE '3' END, 1,
        CASE line WHEN 1 THEN 12000 ELSE 8050 + n % 1000 END, CASE WHEN n % 3 = 0 THEN '1000000228' ELSE '' END,
        CASE WHEN n % 7 = 0 THEN 'AUTH' || n ELSE '' END, :run {N}, generate_series(1, 2) line""",
    f"""INSERT INTO diagnosis (encounter_id, version, position, code, run_id)
    SELECT n, 1, position, (ARRAY['I10', 'E119', 'M545'])[position], :run {N}, generate_series(1, 3) position""",
    f"""INSERT INTO sweep_result (encounter_id, version, edit_set, context, as_of, run_id)
    SELECT n, 1, gen_random_uuid(), n, '2026-11-21', :run {N}""",
    f"""INSERT INTO claim (claim_number, encounter_id, responsibility, payer, state, run_id)
    SELECT lpad(n::text, 10, '0'), n, 'P', 'MEDICARE', 'open', :run {N}""",
    f"""INSERT INTO claim_submission (claim_id, ordinal, encounter_id, version, patient_row, coverage_row,
        patient_control_number, frequency, amount_cents, run_id)
    SELECT n, 1, n, 1, n, n, lpad(n::text, 10, '0') || '01', '1', 20050 + n % 1000, :run {N}""",
    """INSERT INTO submission_line (submission_id, line, line_control_number, charge_line, procedure, modifiers, units,
        charge_cents, run_id)
    SELECT s.id, l.line, s.patient_control_number || 'L' || lpad(l.line::text, 2, '0'), l.line, l.procedure,
        l.modifiers, l.units, l.charge_cents, :run
    FROM claim_submission s JOIN charge_line l ON l.encounter_id = s.encounter_id AND l.version = s.version""",
)
CLAIMS = """
SELECT s.patient_control_number AS number, s.amount_cents AS cents, p.last_name, p.first_name,
       to_char(p.birth_date, 'YYYYMMDD') AS birth, p.sex, p.address_1 AS street, p.city, p.state, p.zip, c.member_id,
       c.group_number, c.relationship, c.subscriber_last_name, c.subscriber_first_name,
       (SELECT array_agg(d.code ORDER BY d.position) FROM diagnosis d WHERE d.encounter_id = s.encounter_id) AS codes,
       (SELECT array_agg(ARRAY[l.procedure, l.modifiers, l.charge_cents::text, l.pointers,
                               to_char(l.date_from, 'YYYYMMDD'), l.referring_npi, l.prior_authorization] ORDER BY line)
        FROM charge_line l WHERE l.encounter_id = s.encounter_id) AS lines
FROM claim_submission s JOIN patient p ON p.id = s.patient_row JOIN coverage c ON c.id = s.coverage_row ORDER BY s.id
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="revcycle-benchmark-") as folder:
        state = State(Path(folder) / "state").create()
        server = EmbeddedPostgres(state.postgres)
        server.start()
        try:
            server.ensure_database("revcycle", PASSWORD)
            engine = connect(server.url("revcycle", "revcycle", PASSWORD))
            upgrade(engine)
            fill(engine, state, given.claims)
            measure(engine, state, given.claims)
        finally:
            server.remove()


def fill(engine: Engine, state: State, claims: int) -> None:
    """Settings by the real loader, the rest by SQL."""
    state.practice_yaml.write_text(SETTINGS)
    with engine.begin() as connection:
        run = begin(connection, Step("benchmark", "1", "fill"))
        practice.load(connection, practice.read(state.practice_yaml), run_id=run, now=NOW)
        for statement in FILL:
            connection.execute(text(statement), {"claims": claims, "run": run})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def measure(engine: Engine, state: State, claims: int) -> None:
    """Batch first, so that the memory is its own; then the f-strings."""
    archive, step = Archive(state.archive), Step("benchmark", "1", "batch")
    began = time.monotonic()
    counts = batch(engine, archive, now=NOW, step=step, state_holds_sample=True)
    batched = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert counts.claims == claims, counts
    began = time.monotonic()
    size = write_plainly(engine, state.root / "plain.837")
    plain = time.monotonic() - began
    with engine.connect() as connection:
        sent = connection.execute(text("SELECT sum(bytes)::bigint FROM interchange")).scalar_one()
    print(f"claims {claims:,}  interchanges {counts.interchanges}  bytes {sent:,} and {size:,}")
    print(
        f"batch {claims / batched:,.0f} claims/s  f-strings {claims / plain:,.0f} claims/s  ratio {plain / batched:.2f}"
    )
    print(f"memory of this process {memory:,.0f} MiB")


def write_plainly(engine: Engine, path: Path) -> int:
    """The same claims in one file, by f-strings, as fast as plain Python writes them; returns its bytes."""
    with engine.connect().execution_options(yield_per=5000) as connection, path.open("w") as file:
        level = 1
        for c in connection.execute(text(CLAIMS)):
            level += 1
            own = c.relationship == "self"
            last, first = c.last_name.upper(), c.first_name.upper()
            home = f"N3*{c.street.upper()}~N4*{c.city.upper()}*{c.state}*{c.zip}~DMG*D8*{c.birth}*{c.sex}~"
            if own:
                subscriber = f"NM1*IL*1*{last}*{first}****MI*{c.member_id}~{home}"
            else:
                subscriber = (
                    f"NM1*IL*1*{c.subscriber_last_name.upper()}*{c.subscriber_first_name.upper()}****MI*{c.member_id}~"
                )
            file.write(
                f"HL*{level}*1*22*{'0' if own else '1'}~SBR*P*{'18' if own else ''}*{c.group_number}******MB~"
                f"{subscriber}NM1*PR*2*MEDICARE PART B*****PI*SMEDB~"
            )
            if not own:
                level += 1
                file.write(f"HL*{level}*{level - 1}*23*0~PAT*19~NM1*QC*1*{last}*{first}~{home}")
            _, _, _, _, _, referring, authorization = c.lines[0]
            codes = "*".join(f"{'ABF' if i else 'ABK'}:{code}" for i, code in enumerate(c.codes))
            file.write(
                f"CLM*{c.number}*{c.cents / 100:.2f}***11:B:1*Y*A*Y*Y~"
                f"{f'REF*G1*{authorization}~' if authorization else ''}HI*{codes}~"
                f"{f'NM1*DN*1*REFERRER*BO****XX*{referring}~' if referring else ''}"
                "NM1*82*1*FIXTURE*ADA****XX*1000000111~PRV*PE*PXC*207Q00000X~"
            )
            for n, (procedure, modifiers, cents, pointers, day, _, _) in enumerate(c.lines, 1):
                code = f"HC:{procedure}:{modifiers}" if modifiers else f"HC:{procedure}"
                file.write(
                    f"LX*{n}~SV1*{code}*{int(cents) / 100:.2f}*UN*1***{pointers.replace(';', ':')}~"
                    f"DTP*472*D8*{day}~REF*6R*{c.number}L{n:02}~"
                )
    return path.stat().st_size


if __name__ == "__main__":
    main()
