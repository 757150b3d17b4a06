"""The gate before claims: a result stands only while its edits and its context are those in force."""

from sqlalchemy import Engine, text

from revcycle.cycle.edits.retire import RetireCounts, retire
from revcycle.cycle.edits.verify import verify
from tests.cycle.edits.test_sweep_of_the_database import PAIR, found, night
from tests.deliveries import NOW, TODAY, Desk


def results(engine: Engine) -> list[str]:
    query = "SELECT e.source_encounter_id FROM sweep_result r JOIN encounter e ON e.id = r.encounter_id ORDER BY 1"
    with engine.connect() as connection:
        return list(connection.scalars(text(query)))


def bill(engine: Engine, run_id: int) -> None:
    """Every encounter's claim is submitted with its current version."""
    with engine.begin() as connection:
        connection.execute(
            text("""
            WITH stored AS (INSERT INTO archive_object (sha256, bytes, run_id) VALUES ('s', 1, :run))
            INSERT INTO interchange (partner, isa13, gs06, bht03, usage, billing_npi, remote_name, sha256,
                manifest_sha256, bytes, claims, amount_cents, prepared_at, state, run_id)
            VALUES ('p', 1, 1, 'B1', 'T', 'n', 'f', 's', 's', 1, 1, 1, :now, 'published', :run)
            """),
            {"run": run_id, "now": NOW},
        )
        connection.execute(
            text("""
            WITH billed AS (
                INSERT INTO claim (claim_number, encounter_id, responsibility, payer, state, run_id)
                SELECT 'C' || id, id, 'P', 'MEDICARE', 'submitted', :run FROM encounter RETURNING id, encounter_id)
            INSERT INTO claim_submission (claim_id, ordinal, encounter_id, version, patient_row, coverage_row,
                patient_control_number, frequency, amount_cents, interchange_id, position, run_id)
            SELECT b.id, 1, b.encounter_id, e.current_version, 1, 1, 'C' || b.id, '1', 1,
                   (SELECT id FROM interchange), row_number() OVER (), :run
            FROM billed b JOIN encounter e ON e.id = b.encounter_id
            """),
            {"run": run_id},
        )


def gate(desk: Desk) -> RetireCounts:
    return retire(desk.engine, through=TODAY, state=desk.state)


def test_a_result_that_counts_stays(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({})
    night(desk)
    assert gate(desk) == RetireCounts(retired=0, unswept=0)
    assert results(desk.engine) == ["E1"]


def test_a_new_neighbour_takes_the_result_of_the_other_away(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges(PAIR[1])
    night(desk)
    desk.charges(PAIR[0])
    assert gate(desk) == RetireCounts(retired=1, unswept=2)
    assert results(desk.engine) == []
    night(desk)
    assert results(desk.engine) == ["E1", "E2"]


def test_another_edit_set_takes_every_result_away_but_those_of_what_is_billed(desk: Desk, run_id: int) -> None:
    desk.patients("P1", "P2")
    desk.charges({})
    night(desk)
    bill(desk.engine, run_id)
    desk.charges({"encounter_id": "E2", "patient_id": "P2"})
    night(desk)
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE payer_rule SET value = jsonb_set(value, '{count}', '2')"))
    assert gate(desk) == RetireCounts(retired=1, unswept=1)
    assert results(desk.engine) == ["E1"]


def test_findings_of_what_is_billed_stay_when_a_neighbour_comes(desk: Desk, run_id: int) -> None:
    desk.patients("P1")
    desk.charges(PAIR[1])
    night(desk)
    bill(desk.engine, run_id)
    desk.charges(PAIR[0])
    assert night(desk).encounters == 1
    assert found(desk.engine) == []
    assert verify(desk.engine, through=TODAY, state=desk.state).unswept == 0
    desk.charges(PAIR[1] | {"charge": "121.00"})
    assert night(desk).encounters == 2
    assert found(desk.engine) == [("E2", "ncci.ptp_never", 2)]
