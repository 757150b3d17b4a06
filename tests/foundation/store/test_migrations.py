"""A database that holds a practice is brought to the present schema with all that is in it."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine, text

from revcycle.foundation.store import connect, upgrade
from revcycle.foundation.store.embedded import EmbeddedPostgres

NAME, PASSWORD = "filled", "only-for-tests"
FILLED = """
INSERT INTO run (dag_id, airflow_run_id, step) VALUES ('d', 'first', 's'), ('d', 'second', 's');
INSERT INTO archive_object (sha256, bytes, run_id) VALUES ('a', 1, 1);
INSERT INTO received_file (partner, sha256, kind, first_name, run_id) VALUES ('csv', 'a', 'charges', 'a.csv', 1);
INSERT INTO patient (patient_id, source_system, source_patient_id, last_name, first_name, birth_date, sex, address_1,
                     city, state, zip, version, superseded_at, run_id)
    SELECT nextval('patient_ids'), 'csv', 'P' || n, 'Example', 'Ada', '1961-03-09', 'F', '1 Elm', 'B', 'ME', '03991',
           1, CASE n WHEN 1 THEN now() END, 1 FROM generate_series(1, 2) AS n;
INSERT INTO patient (patient_id, source_system, source_patient_id, last_name, first_name, birth_date, sex, address_1,
                     city, state, zip, version, run_id)
    SELECT patient_id, 'csv', 'P1', 'Changed', 'Ada', '1961-03-09', 'F', '1 Elm', 'B', 'ME', '03991', 2, 2
    FROM patient WHERE source_patient_id = 'P1';
INSERT INTO encounter (source_system, source_encounter_id, current_version, run_id) VALUES ('csv', 'E1', 1, 1);
INSERT INTO encounter_version (encounter_id, version, content_sha256, patient_id, billing_npi, status, entered_on,
                               charge_cents, file_id, run_id)
    VALUES (1, 1, 'c', 1, '1000000012', '', '2026-11-20', 12000, 1, 1);
INSERT INTO charge_line (encounter_id, version, line, patient_id, date_from, place_of_service, procedure, units,
                         charge_cents)
    VALUES (1, 1, 1, 1, '2026-11-19', '11', '99213', 1, 12000);
INSERT INTO diagnosis (encounter_id, version, position, code) VALUES (1, 1, 1, 'I10');
INSERT INTO problem (file_id, position, code, field, run_id)
    VALUES (1, 2, 'number', 'units', 1), (1, 2, 'number', 'charge', 1), (1, 3, 'unread', '', 1);
INSERT INTO access_log (at, who, what) VALUES (now(), 'kim', 'work list');
"""


@pytest.fixture
def first(server: EmbeddedPostgres) -> Iterator[Engine]:
    """A practice database of the first revision, with rows."""
    server.ensure_database(NAME, PASSWORD)
    engine = connect(server.url(NAME, NAME, PASSWORD))
    upgrade(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(FILLED))
    yield engine
    engine.dispose()
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {NAME}")


def test_a_filled_database_of_the_first_revision_keeps_its_rows(first: Engine) -> None:
    upgrade(first)
    with first.begin() as connection:
        identities = connection.execute(text("SELECT id, run_id FROM patient_identity ORDER BY id")).all()
        assert [tuple(row) for row in identities] == [(1, 1), (2, 1)]
        codes = connection.scalars(text("SELECT code FROM problem ORDER BY id")).all()
        assert codes == ["units.number", "charge.number", "unread"]
        for table in ("charge_line", "diagnosis"):
            assert connection.scalars(text(f"SELECT run_id FROM {table}")).all() == [1]
        assert connection.execute(text("SELECT who, run_id FROM access_log")).one() == ("kim", None)
        fresh = text("INSERT INTO patient_identity (run_id) VALUES (1) RETURNING id")
        assert connection.execute(fresh).scalar_one() == 3
