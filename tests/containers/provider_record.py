"""What Celery's and FAB's own commands and settings are, read where they are installed: the image, not this checkout.

`python -m tests.containers.provider_record` writes providers.json, in an environment of requirements-containers.lock.
"""

import json
import os
import tempfile
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

RECORD = Path(__file__).with_name("providers.json")
PACKAGES = ("apache-airflow-providers-celery", "apache-airflow-providers-fab", "celery")
COMMANDS = (("celery", "worker"), ("users", "create"))
SECTIONS = ("celery", "fab")
APP = "airflow.providers.celery.executors.celery_executor.app"
ENVIRONMENT = {
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
}
Flags = list[dict[str, Any]]


def read() -> dict[str, Any]:
    """Versions, the flags of each command, the options of each section; ImportError where they are not installed."""
    from airflow.cli.cli_parser import get_parser
    from airflow.configuration import retrieve_configuration_description

    described = retrieve_configuration_description(include_airflow=True, include_providers=True)
    return {
        "versions": {name: version(name) for name in PACKAGES},
        "airflow": {" ".join(words): _flags_of_airflow(get_parser(), words) for words in COMMANDS},
        "celery": _flags_of_celery(),
        "app": APP,
        "options": {name: sorted(described[name]["options"]) for name in SECTIONS},
    }


def _flags_of_airflow(parser: Any, words: tuple[str, ...]) -> Flags:
    for word in words:
        parser = next(action for action in parser._actions if action.choices and word in action.choices).choices[word]
    return [
        {"flags": list(each.option_strings), "value": each.nargs != 0, "required": each.required}
        for each in parser._actions
        if each.option_strings
    ]


def _flags_of_celery() -> Flags:
    from celery.bin.celery import celery

    module, _, name = APP.rpartition(".")
    getattr(import_module(module), name)
    return [
        {"flags": list(each.opts), "value": not each.is_flag, "required": each.required}
        for each in (*celery.params, *celery.commands["inspect"].params)
        if each.param_type_name == "option"
    ]


def main() -> None:
    """Write the record."""
    os.environ.update(ENVIRONMENT)
    with tempfile.TemporaryDirectory() as home:
        os.environ["AIRFLOW_HOME"] = home
        RECORD.write_text(json.dumps(read(), indent=1) + "\n")


if __name__ == "__main__":
    main()
