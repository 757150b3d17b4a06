"""A practice whose services something else runs: what `prepare` makes, keeps and refuses."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from clearinghouse_simulator import keys
from revcycle.cli.main import main
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.local.elsewhere import FERNET_VARIABLE, GIVEN, ZONE_VARIABLE, prepare, write_simulators_connection
from revcycle.local.secrets import read_secrets
from sample_practice import write_sample

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FERNET = "bm90LWEta2V5LWJ1dC10aGlydHktdHdvLWJ5dGVzLiE="


@pytest.fixture
def given(database_url: str, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    values = (database_url, "postgresql://airflow@nowhere/airflow", FERNET, "America/New_York")
    for name, value in zip(GIVEN, values, strict=True):
        monkeypatch.setenv(name, value)
    return monkeypatch


def _prepare(state: State, *, sample: bool = False) -> None:
    def write(folder: Path, through: date) -> None:
        write_sample(folder, seed=1, encounters=20, through=through)

    prepare(state, now=NOW, sample=write if sample else None, report=lambda _: None)


def _count(url: str, table: str) -> int:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_an_empty_practice_is_made_and_made_again(stocked: State, given: pytest.MonkeyPatch, database_url: str) -> None:
    _prepare(stocked)
    _prepare(stocked)
    assert stocked.practice_yaml.exists() and not stocked.holds_sample
    assert _count(database_url, "practice") == 1


def test_the_sample_is_loaded_once_and_stays(stocked: State, given: pytest.MonkeyPatch, database_url: str) -> None:
    _prepare(stocked, sample=True)
    loaded = _count(database_url, "encounter_version")
    _prepare(stocked, sample=True)
    assert stocked.holds_sample and loaded > 0
    assert _count(database_url, "encounter_version") == loaded


def test_practice_yaml_may_stand_on_another_disk(stocked: State, given: pytest.MonkeyPatch, another_disk: Path) -> None:
    given.setenv("REVCYCLE_PRACTICE", str(another_disk / "practice.yaml"))
    _prepare(stocked, sample=True)
    assert (another_disk / "practice.yaml").exists()


def test_the_sample_is_not_mixed_into_a_practice(stocked: State, given: pytest.MonkeyPatch) -> None:
    _prepare(stocked)
    with pytest.raises(InputUnusable, match="needs an empty state"):
        _prepare(stocked, sample=True)


@pytest.mark.parametrize("name", GIVEN)
def test_a_variable_that_is_missing_is_named(name: str, state: State, given: pytest.MonkeyPatch) -> None:
    given.delenv(name)
    with pytest.raises(InputUnusable, match=name):
        _prepare(state)
    assert not state.practice_yaml.exists()


def test_a_time_zone_that_contradicts_the_practice_is_refused(stocked: State, given: pytest.MonkeyPatch) -> None:
    given.setenv(ZONE_VARIABLE, "America/Chicago")
    with pytest.raises(InputUnusable, match=r"REVCYCLE_TIME_ZONE is America/Chicago, but .* says America/New_York"):
        _prepare(stocked)


def test_the_fernet_key_in_force_is_the_one_a_backup_will_hold(stocked: State, given: pytest.MonkeyPatch) -> None:
    before = read_secrets(stocked)
    _prepare(stocked)
    assert (read_secrets(stocked).fernet, read_secrets(stocked).simulator) == (FERNET, before.simulator)
    assert FERNET_VARIABLE in GIVEN


def test_the_simulators_connection_fits_what_the_simulator_finds_in_its_folder(state: State) -> None:
    state.sample_marker.write_text("{}")
    file = write_simulators_connection(state, "simulator", 10022)
    assert file and file.stat().st_mode & 0o777 == 0o600
    told = json.loads(file.read_text())["clearinghouse"]
    folder = state.root / "simulator"
    assert (told["host"], told["port"]) == ("simulator", 10022)
    assert told["password"] == keys.kept_password(folder / "password")
    assert told["extra"]["host_key"] == keys.public_text(keys.host_key(folder / "host_key"))


def test_a_practice_of_ones_own_gets_no_simulator(state: State) -> None:
    assert write_simulators_connection(state, "simulator", 10022) is None
    assert not (state.root / "simulator").exists()


def test_the_shell_names_the_file_of_the_connection(
    stocked: State, given: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["--state", str(stocked.root), "prepare", "--simulator", "simulator:10022"]
    assert main([*call, "--sample"]) == 0
    assert capsys.readouterr().out == f"{stocked.root / 'connections.json'}\n"
    assert main(call) == 0


@pytest.mark.parametrize("place", ["simulator", "simulator:ssh", ":22"])
def test_a_place_without_host_or_port_is_refused(place: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["prepare", "--simulator", place])
    assert ended.value.code == 2
