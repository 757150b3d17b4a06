"""What must hold between docker-compose.yaml, the Dockerfile and the code. Each check yields sentences, or nothing."""

import fnmatch
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from packaging.specifiers import SpecifierSet

from revcycle.foundation.state import State
from revcycle.foundation.store.server_account import SERVER
from revcycle.local import environment, simulator
from revcycle.local.databases import Databases
from revcycle.local.secrets import Secrets
from revcycle.local.settings import Settings
from tests.containers import commands
from tests.containers.files import ROOT, VARIABLE, Files, in_checkout

SECRET = re.compile(r"PASSWORD|SECRET|FERNET|_AUTH$")
IN_A_URL = re.compile(r"://[^:/@]*:(?P<password>.+)@")
# The job that a part of Airflow keeps alive, as `airflow jobs check` names it.
JOBS = {"scheduler": "SchedulerJob", "dag-processor": "DagProcessorJob", "triggerer": "TriggererJob"}
# What a container has otherwise than one machine (include/revcycle/local/environment.py), and why.
OTHERWISE = {
    "AIRFLOW__API__BASE_URL": "the practice's own address",
    "AIRFLOW__API__HOST": "loopback of a container is nobody's",
    "AIRFLOW__API__SECRET_KEY": "given",
    "AIRFLOW__API_AUTH__JWT_SECRET": "given",
    "AIRFLOW__CELERY__BROKER_URL": "Celery",
    "AIRFLOW__CELERY__RESULT_BACKEND": "Celery",
    "AIRFLOW__CELERY__SYNC_PARALLELISM": "Celery",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "Celery",
    "AIRFLOW__CORE__AUTH_MANAGER": "users in the database, no password file",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "another container",
    "AIRFLOW__CORE__EXECUTOR": "Celery",
    "AIRFLOW__CORE__FERNET_KEY": "given",
    "AIRFLOW__CORE__PARALLELISM": "the cores are the workers'",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "FAB",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": "FAB",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "FAB",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "another container",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": "another container",
    "AIRFLOW_HOME": "a container's own: nothing in it is kept",
}
ONCE = {"init", "cli"}  # services that end


def problems(files: Files) -> list[str]:
    """Everything that does not hold."""
    return list(chain.from_iterable(check(files) for check in CHECKS))


def secrets_are_required(files: Files) -> Iterator[str]:
    for found in VARIABLE.finditer(files.compose):
        if found["sort"] is None:
            yield f"{found['name']}: neither required (:?) nor with a default (:-)"
        elif found["sort"] == ":?" and not found["rest"].startswith(f"set {found['name']} in .env to "):
            yield f"{found['name']}: its message does not say what to set"
    for service, spec in files.services.items():
        for name, value in spec.get("environment", {}).items():
            in_url = IN_A_URL.search(str(value))
            secret = in_url["password"] if in_url else str(value) if SECRET.search(name) else ""
            if secret and not re.fullmatch(r"\$\{\w+:\?[^}]+\}", secret):
                yield f"{service}: {name} has a secret that .env need not set"
        told = json.dumps([spec.get(key, "") for key in ("command", "entrypoint", "healthcheck", "build")])
        if named := [found["name"] for found in VARIABLE.finditer(told) if SECRET.search(found["name"])]:
            yield f"{service}: {', '.join(named)} stands on a command line"


def ports_are_of_loopback(files: Files) -> Iterator[str]:
    for service, spec in files.services.items():
        yield from (
            f"{service}: port {port} is open to other machines"
            for port in spec.get("ports", [])
            if not str(port).startswith("127.0.0.1:")
        )
        if "network_mode" in spec:
            yield f"{service}: shares a network that is not its own"


def services_wait_for_what_they_need(files: Files) -> Iterator[str]:
    for service, spec in files.services.items():
        if service not in ONCE and "healthcheck" not in spec:
            yield f"{service}: no health check"
        if not isinstance(needed := spec.get("depends_on", {}), dict):
            yield f"{service}: waits without a condition"
            continue
        for other, how in needed.items():
            if other not in files.services:
                yield f"{service}: waits for {other}, which is no service"
            elif how["condition"] != ("service_completed_successfully" if other in ONCE else "service_healthy"):
                yield f"{service}: does not wait until {other} is healthy or done"
        if files.runs_ours(service) and not needed:
            yield f"{service}: waits for nothing"


def commands_exist(files: Files) -> Iterator[str]:
    for service in files.services:
        called = list(files.commands(service))
        for words in called:
            yield from (f"{service}: {sentence}" for sentence in commands.problems(words))
        part, health = "".join(called[0][1:2]), called[-1]
        if (job := JOBS.get(part)) and not {job, "--local"} <= set(health):
            yield f"{service}: its health check does not ask for its own {job}"


def settings_exist(files: Files) -> Iterator[str]:
    from airflow.configuration import retrieve_configuration_description

    described = retrieve_configuration_description(include_airflow=True, include_providers=True)
    known = {name: set(section["options"]) for name, section in described.items()}
    known |= {name: set(options) for name, options in commands.RECORDED["options"].items()}
    code = "".join(path.read_text() for folder in ("include", "plugins") for path in (ROOT / folder).rglob("*.py"))
    for service in files.services:
        for name in files.environment(service):
            if name.startswith("AIRFLOW__"):
                section, option = name.removeprefix("AIRFLOW__").lower().split("__", 1)
                if option not in known.get(section, ()):
                    yield f"{service}: {name} is no setting of Airflow"
            elif name.startswith("REVCYCLE_") and f'"{name}"' not in code:
                yield f"{service}: {name} is read nowhere"


def settings_are_those_of_one_machine(files: Files) -> Iterator[str]:
    state = State(Path("/var/lib/revcycle"))
    databases = Databases("postgresql://revcycle@here/revcycle", "postgresql://airflow@here/airflow", None)
    wanted = environment._revcycle(state, Settings(time_zone="TIME_ZONE"), databases)
    wanted |= environment._airflow(state, Settings(), Secrets(), databases)
    for service in filter(files.runs_ours, files.services):
        given = files.environment(service)
        if service == simulator.PART:
            continue
        yield from (f"{service}: {name} is not given" for name in wanted if name not in {*given, *OTHERWISE})
        for name, value in given.items():
            path = in_checkout(value)
            ours = wanted.get(name, "")
            if name.startswith("AIRFLOW__") and name not in OTHERWISE and ours != (str(path) if path else value):
                yield f"{service}: {name} is {value}, on one machine {ours}"


def mounts_are_where_the_code_looks(files: Files) -> Iterator[str]:
    volumes = set(files.document["volumes"])
    made = " ".join(rest for name, rest in files.instructions if name == "RUN").split()
    for service in files.services:
        mounts = files.mounts(service)
        for target, source in mounts.items():
            if source.startswith("./") and not (ROOT / source).exists():
                yield f"{service}: {source} is not in this checkout"
            elif re.fullmatch(r"\w+", source) and source not in volumes:
                yield f"{service}: {source} is no volume"
            if files.runs_ours(service) and target not in made:
                yield f"{service}: {target} is root's, the image does not make it"
        yield from (f"{service}: {place} is kept nowhere" for place in _kept(files, service) if place not in mounts)


def _kept(files: Files, service: str) -> Iterator[str]:
    """What must outlive the containers of a service of ours."""
    if not files.runs_ours(service):
        return
    given = files.environment(service)
    state = State(Path(given["REVCYCLE_STATE"]))
    if service in {simulator.PART, "init"}:
        yield str(simulator.folder(state))
    if service != simulator.PART:
        yield from map(str, (state.root, state.archive, state.inbox, state.logs))
        yield str(Path(given["REVCYCLE_PRACTICE"]).parent)


def versions_are_those_of_the_locks(files: Files) -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    images = {str(spec["image"]) for spec in files.services.values()}
    majors = {image.removeprefix("postgres:") for image in images if image.startswith("postgres:")}
    if majors != {SERVER.name.removeprefix("pginstall")}:
        yield f"PostgreSQL {majors} is not the version that the tests run on"
    if not any(image == f"revcycle:{project['version']}" for image in images):
        yield f"the image is not tagged {project['version']}, the version of pyproject.toml"
    pythons = {rest.split()[0] for name, rest in files.instructions if name == "FROM"}
    found = {match[1] for image in pythons if (match := re.fullmatch(r"python:(3\.\d+)-slim-\w+", image))}
    if len(pythons) != 1 or not all(SpecifierSet(project["requires-python"]).contains(one) for one in found):
        yield f"{pythons}: not one Python that pyproject.toml allows"


def the_image_is_made_of_this_checkout(files: Files) -> Iterator[str]:
    copied = [rest.split()[:-1] for name, rest in files.instructions if name == "COPY" and "--from" not in rest]
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in chain.from_iterable(copied):
        if not (ROOT / source).exists():
            yield f"Dockerfile: {source} is not in this checkout"
        elif not any(fnmatch.fnmatch(source, pattern) for pattern in sent):
            yield f"Dockerfile: {source} is kept from the builder by .dockerignore"
    values = chain.from_iterable(files.environment(service).values() for service in files.services)
    needed = [path for value in values for path in value.split(":")]
    needed += [words[0] for service in files.services for words in files.commands(service) if words]
    for path in filter(None, map(in_checkout, needed)):
        top = path.relative_to(ROOT).parts[0]
        if not path.exists() or top not in set(chain.from_iterable(copied)):
            yield f"Dockerfile: {top}/ is not in the image"
    installs = " ".join(rest for name, rest in files.instructions if name == "RUN").split("&&")
    if unhashed := [run for run in installs if "pip install" in run and "--require-hashes" not in run]:
        yield f"Dockerfile: {unhashed[0].strip()} installs what no lock has"


def nothing_runs_as_root(files: Files) -> Iterator[str]:
    users = [rest for name, rest in files.instructions if name == "USER"]
    if not users or users[-1] in {"root", "0"}:
        yield "Dockerfile: the image runs as root"
    yield from (f"{name}: runs as root" for name, spec in files.services.items() if spec.get("user") in {"root", "0"})
    yield from (
        f"{name}: keeps capabilities"
        for name, spec in files.services.items()
        if files.runs_ours(name) and spec.get("cap_drop") != ["ALL"]
    )


CHECKS: tuple[Callable[[Files], Iterator[str]], ...] = (
    secrets_are_required,
    ports_are_of_loopback,
    services_wait_for_what_they_need,
    commands_exist,
    settings_exist,
    settings_are_those_of_one_machine,
    mounts_are_where_the_code_looks,
    versions_are_those_of_the_locks,
    the_image_is_made_of_this_checkout,
    nothing_runs_as_root,
)
