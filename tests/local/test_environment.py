"""Every process of a state gets all of its settings, consistent and private, through its environment."""

import json
import os
import stat
from pathlib import Path

import pytest

from revcycle.foundation.state import State
from revcycle.local.databases import Databases, databases, without_password
from revcycle.local.environment import AIRFLOW_PARTS, inherited, of_parts, of_supervisor, parallelism
from revcycle.local.secrets import password_file, read_secrets, write_passwords, write_private
from revcycle.local.settings import Settings, read_settings, write_settings

PRACTICE = "postgresql://revcycle:practice-secret@127.0.0.1:20001/revcycle"
METADATA = "postgresql://airflow:metadata-secret@127.0.0.1:20001/airflow"


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REVCYCLE_DATABASE_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def variables(state: State) -> dict[str, str]:
    users = {"admin": "admin", "olive": "op"}
    settings = Settings(port=9090, time_zone="America/Chicago", users=users)  # type: ignore[arg-type]
    return of_parts(state, settings, read_secrets(state), Databases(PRACTICE, METADATA, None))


def test_the_ports_of_all_addresses_agree_and_are_of_loopback(variables: dict[str, str]) -> None:
    assert variables["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert variables["AIRFLOW__API__PORT"] == "9090"
    assert variables["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:9090"
    assert variables["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:9090/execution/"
    assert variables["AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST"] == "127.0.0.1"


def test_the_parts_that_serve_logs_to_every_interface_are_told_not_to() -> None:
    assert all("--skip-serve-logs" in AIRFLOW_PARTS[part] for part in ("scheduler", "triggerer"))


def test_no_secret_stands_on_a_command_line(state: State, variables: dict[str, str]) -> None:
    told = " ".join(word for command in AIRFLOW_PARTS.values() for word in command)
    secrets = json.loads(state.secrets_json.read_text()).values()
    assert variables["REVCYCLE_DATABASE_URL"] == PRACTICE
    assert not [secret for secret in secrets if secret in told]


def test_users_and_their_roles_are_airflows(state: State, variables: dict[str, str]) -> None:
    assert variables["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == "admin:admin,olive:op"
    assert variables["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"] == str(password_file(state))


def test_both_drivers_get_the_metadata_database(variables: dict[str, str]) -> None:
    scheme = "postgresql+{}" + METADATA.removeprefix("postgresql")
    assert variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == scheme.format("psycopg2")
    assert variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"] == scheme.format("asyncpg")


def test_a_metadata_database_of_the_users_own_is_left_as_given(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    given = "postgresql+psycopg2://them@their.host/airflow"
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", given)
    found = of_parts(state, Settings(), read_secrets(state), databases(state))
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == given
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC" not in found


def test_the_supervisor_does_not_take_the_embedded_databases_for_somebody_elses(state: State) -> None:
    assert "REVCYCLE_DATABASE_URL" not in of_supervisor(state)
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in of_supervisor(state)


def test_what_makes_a_start_slow_is_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("REVCYCLE_ALERT_URL", "mailto://somebody")
    assert "PYTHONDONTWRITEBYTECODE" not in inherited()
    assert inherited()["REVCYCLE_ALERT_URL"] == "mailto://somebody"


def test_a_proxy_is_not_asked_for_loopback_and_the_list_does_not_grow(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "intranet")
    once = of_supervisor(state)["no_proxy"]
    monkeypatch.setenv("no_proxy", once)
    assert once == of_supervisor(state)["no_proxy"] == "intranet,127.0.0.1"


@pytest.mark.parametrize(("cores", "tasks"), [(1, 2), (2, 2), (8, 8), (64, 16)])
def test_parallelism_follows_the_cores_within_bounds(cores: int, tasks: int) -> None:
    assert parallelism(cores) == tasks


def test_secrets_are_made_once_long_and_for_their_owner_only(state: State) -> None:
    before = os.umask(0)
    try:
        first = read_secrets(state)
    finally:
        os.umask(before)
    assert read_secrets(state) == first
    assert stat.S_IMODE(state.secrets_json.stat().st_mode) == 0o600
    assert min(len(secret) for secret in json.loads(state.secrets_json.read_text()).values()) >= 32


def test_a_user_keeps_the_password_and_one_who_left_loses_it(state: State) -> None:
    write_passwords(state, {"admin": "admin", "olive": "op"})
    first = json.loads(password_file(state).read_text())
    write_passwords(state, {"admin": "admin", "pete": "viewer"})
    second = json.loads(password_file(state).read_text())
    assert second.keys() == {"admin", "pete"}
    assert second["admin"] == first["admin"]
    assert stat.S_IMODE(password_file(state).stat().st_mode) == 0o600


def test_settings_come_back_as_they_were_written(state: State) -> None:
    assert read_settings(state) == Settings()
    write_settings(state, Settings(9191, "America/Denver", {"admin": "admin"}))
    assert read_settings(state) == Settings(9191, "America/Denver", {"admin": "admin"})


def test_a_private_file_is_never_seen_half_written(tmp_path: Path) -> None:
    write_private(tmp_path / "kept", "old")
    with (tmp_path / "kept").open() as reader:
        write_private(tmp_path / "kept", "new")
        assert reader.read() == "old"
    assert (tmp_path / "kept").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (PRACTICE, "postgresql://revcycle@127.0.0.1:20001/revcycle"),
        ("postgresql://host/db?sslmode=require", "postgresql://host/db?sslmode=require"),
        ("postgresql://u:p%40:x@host/db", "postgresql://u@host/db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_looking_at_the_databases_of_a_state_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    seen = databases(State(tmp_path / "absent"))
    assert not seen.running()
    assert not (tmp_path / "absent").exists()


def test_where_both_databases_are_given_none_is_embedded(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVCYCLE_DATABASE_URL", PRACTICE)
    assert databases(state).server is not None  # Airflow's still is
    assert databases(state).practice == PRACTICE
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", METADATA)
    assert databases(state) == Databases(PRACTICE, METADATA, None)
