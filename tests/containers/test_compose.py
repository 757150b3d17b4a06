"""The containers hold against the code: no daemon is needed to see that a command, a setting or a folder is gone."""

import importlib.util
import re
from dataclasses import replace

import pytest

from tests.containers import provider_record
from tests.containers.checks import problems
from tests.containers.commands import RECORDED
from tests.containers.files import ROOT, Files

# What Flask-AppBuilder refuses of requirements.lock; requirements-containers.txt says so.
LOWERED = {"python-dateutil"}


@pytest.fixture
def files() -> Files:
    return Files.of_the_checkout()


def test_everything_in_the_containers_is_there(files: Files) -> None:
    assert problems(files) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("${JWT_SECRET:?set JWT_SECRET in .env to a long random text}", "${JWT_SECRET:-}", "JWT_SECRET has a secret"),
        ("${JWT_SECRET:?set JWT_SECRET in .env to a long random text}", "s3cret", "JWT_SECRET has a secret"),
        ("${JWT_SECRET:?set JWT_SECRET in .env to a long random text}", "${JWT_SECRET:?}", "does not say what to set"),
        ("${ALERT_URL:-}", "${ALERT_URL}", "ALERT_URL: neither required"),
        (r"airflow:\$\{METADATA_DB_PASSWORD[^}]*\}@", "airflow:airflow@", "SQL_ALCHEMY_CONN has a secret"),
        ("$$REDISCLI_AUTH", "${REDIS_PASSWORD:?set REDIS_PASSWORD in .env to it}", "stands on a command line"),
        ('"127.0.0.1:${UI_PORT:-8080}:8080"', '"${UI_PORT:-8080}:8080"', "open to other machines"),
        ("redis: {condition: service_healthy}", "redis: {condition: service_started}", "until redis is healthy"),
        ("api-server: {condition: service_healthy}", "apiserver: {condition: service_healthy}", "is no service"),
        ("init: {condition: service_completed_successfully}", "init: {condition: service_healthy}", "until init"),
        ("[airflow, api-server]", "[airflow, webserver]", "webserver"),
        ("[airflow, scheduler, --skip-serve-logs]", "[airflow, scheduler, --serve-no-logs]", "--serve-no-logs"),
        ("[airflow, celery, worker, --skip-serve-logs]", "[airflow, celery, worker, --queue, a]", "airflow celery"),
        ("inspect ping", "inspect pong", "celery"),
        ("celery_executor.app", "celery_executor", "--app is not"),
        ("--job-type, TriggererJob", "--job-type, TriggerJob", "TriggerJob"),
        ("--job-type, TriggererJob", "--job-type, SchedulerJob", "does not ask for its own TriggererJob"),
        ("--quiet, --host", "--silent, --host", "no option --silent"),
        ("python, -m, revcycle.cli", "python, -m, revcycle.command_line", "there is no such module"),
        ("--address, 0.0.0.0", "--listen, 0.0.0.0", "--listen"),
        ("containers/init]", "containers/initialize]", "no program of this checkout"),
        ("urllib.request as web;", "urllib.request as;", "python -c"),
        ("AIRFLOW__CORE__PARALLELISM", "AIRFLOW__CORE__PARALELISM", "PARALELISM is no setting"),
        ("AIRFLOW__CELERY__BROKER_URL", "AIRFLOW__CELERY__BROKER", "BROKER is no setting"),
        ("REVCYCLE_ALERT_URL", "REVCYCLE_ALERTS", "REVCYCLE_ALERTS is read nowhere"),
        ("REVCYCLE_TIME_ZONE", "REVCYCLE_ALERT_URL", "REVCYCLE_TIME_ZONE is not given"),
        ('TIMEOUT: "90"', 'TIMEOUT: "300"', "TIMEOUT is 300, on one machine 90"),
        ("/opt/revcycle/dags", "/opt/revcycle/dag", "DAGS_FOLDER"),
        ("- archive:/var/lib/revcycle/archive\n", "- archive:/archive\n", "archive is kept nowhere"),
        ("target: /practice", "target: /etc/practice", "/practice is kept nowhere"),
        ("- state:", "- states:", "states is no volume"),
        ("./containers/pg_hba.conf", "./containers/hba.conf", "hba.conf is not in this checkout"),
        ("postgres:18", "postgres:17", "PostgreSQL {'17'}"),
        ("revcycle:0.1.0", "revcycle:0.0.9", "is not tagged"),
        ("user: redis", "user: root", "runs as root"),
    ],
)
def test_a_change_that_breaks_the_containers_is_named(files: Files, old: str, new: str, said: str) -> None:
    pattern = old if "\\" in old else re.escape(old)
    broken = replace(files, compose=re.sub(pattern, lambda _: new, files.compose))
    assert broken.compose != files.compose
    assert said in "\n".join(problems(broken))


def test_a_part_without_a_health_check_is_named(files: Files) -> None:
    broken = re.sub(
        r"    healthcheck:\n      test: \[CMD, python, -c, \"import socket.*?\n\n", "\n", files.compose, flags=re.S
    )
    assert "simulator: no health check" in problems(replace(files, compose=broken))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("USER revcycle", "USER root", "runs as root"),
        ("USER revcycle\n", "", "runs as root"),
        ("FROM python:3.13-slim-trixie\n", "FROM python:3.12-slim-trixie\n", "not one Python"),
        ("python:3.13", "python:3.14", "not one Python"),
        ("COPY dags", "COPY dag", "dag is not in this checkout"),
        ("COPY plugins /opt/revcycle/plugins\n", "", "plugins/ is not in the image"),
        ("COPY LICENSE", "COPY README.md", "kept from the builder"),
        ("--require-hashes -r /build/requirements-containers.lock", "-r /build/requirements.txt", "what no lock has"),
        ("REVCYCLE_STATE=/var/lib/revcycle", "REVCYCLE_STATE=/var/lib/state", "/var/lib/state is kept nowhere"),
        ("/var/lib/revcycle/archive ", "", "/var/lib/revcycle/archive is root's"),
    ],
)
def test_a_change_that_breaks_the_image_is_named(files: Files, old: str, new: str, said: str) -> None:
    broken = replace(files, dockerfile=files.dockerfile.replace(old, new))
    assert broken.dockerfile != files.dockerfile
    assert said in "\n".join(problems(broken))


def _locked(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", (ROOT / name).read_text()):
        found.setdefault(package, set()).add(version)
    return found


def test_the_image_installs_what_one_machine_has_and_more() -> None:
    ours, theirs = _locked("requirements.lock"), _locked("requirements-containers.lock")
    assert {name for name, versions in ours.items() if theirs.get(name) != versions} == LOWERED


def test_the_lock_of_the_containers_has_what_they_ask_for() -> None:
    asked = re.findall(r"(?m)^([\w-]+)==(\S+)", (ROOT / "requirements-containers.txt").read_text())
    locked = _locked("requirements-containers.lock")
    assert asked and all(locked[name] == {version} for name, version in asked)


def test_the_providers_are_those_whose_commands_were_recorded() -> None:
    locked = _locked("requirements-containers.lock")
    assert RECORDED["versions"] == {name: next(iter(locked[name])) for name in provider_record.PACKAGES}


@pytest.mark.skipif(importlib.util.find_spec("celery") is None, reason="only the image has Celery and FAB")
def test_the_record_is_what_the_providers_say(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in provider_record.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert provider_record.read() == RECORDED
