"""Whether a command of the containers exists as it is written: asked of the real parser wherever that is installed."""

import argparse
import contextlib
import importlib
import importlib.util
import io
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from revcycle.cli import main as shell
from revcycle.foundation.store.server_account import client_program
from tests.containers.files import in_checkout
from tests.containers.provider_record import RECORD

RECORDED: dict[str, Any] = json.loads(RECORD.read_text())
OF_THE_IMAGES = {"redis-server", "redis-cli", "postgres"}  # programs of other people's images, not here to be asked
CALL = re.compile(r"(?m)(?:^\s*|\$\()(?:exec |setsid --wait )?((?:airflow|python|celery|redis-\w+) [^|<)\n]*)")


def problems(words: list[str]) -> Iterator[str]:
    """What is wrong with one command, in sentences."""
    match words:
        case []:
            return
        case ["sh", "-c", script]:
            yield from _of_script(script)
        case ["airflow", *rest]:
            yield from _of_airflow(rest)
        case ["celery", *rest]:
            yield from _refused("celery", _celery(), rest)
            if RECORDED["app"] not in rest:
                yield f"celery: --app is not {RECORDED['app']}"
        case ["python", "-m", module, *rest]:
            yield from _of_module(module, rest)
        case ["python", "-c", code]:
            yield from _of_code(code)
        case ["pg_isready", *rest]:
            yield from _of_pg_isready(rest)
        case [program, *rest] if file := in_checkout(program):
            yield from _of_file(file, rest)
        case [program, *_] if program not in OF_THE_IMAGES:
            yield f"{program}: no command that is known here"


def _of_script(script: str) -> Iterator[str]:
    """Every call of one of our programs in a shell script."""
    calls = CALL.findall(re.sub(r"\\\n\s*", " ", script))
    if not calls:
        yield f"{script.strip()}: a script that calls nothing"
    for call in calls:
        yield from problems(shlex.split(call))


def _of_airflow(words: list[str]) -> Iterator[str]:
    from airflow.cli.cli_parser import get_parser

    named = " ".join(words[:2])
    flags = RECORDED["airflow"].get(named)
    if flags is None:
        yield from _refused("airflow", get_parser(), words)
    else:
        yield from _refused(f"airflow {named}", _recorded(flags), words[2:])


def _of_module(module: str, words: list[str]) -> Iterator[str]:
    if importlib.util.find_spec(module) is None:
        yield f"python -m {module}: there is no such module"
    elif module == "revcycle.cli":
        yield from _refused(module, shell._parser(words), words)
    elif module == "clearinghouse_simulator":
        yield from _refused(module, importlib.import_module(f"{module}.__main__")._parser(), words)
    elif words:
        yield f"python -m {module}: takes no words"


def _of_code(code: str) -> Iterator[str]:
    try:
        compile(code, "<health check>", "exec")
    except SyntaxError as error:
        yield f"python -c: {error}"


def _of_pg_isready(words: list[str]) -> Iterator[str]:
    told = subprocess.run([client_program("pg_isready"), "--help"], capture_output=True, text=True, check=True).stdout
    yield from (f"pg_isready: no option {word}" for word in words if not re.search(rf"{word.split('=')[0]}\b", told))


def _of_file(file: Path, words: list[str]) -> Iterator[str]:
    if not file.is_file() or not file.stat().st_mode & 0o100:
        yield f"{file.name}: no program of this checkout"
    else:
        yield from _of_script(file.read_text().replace('"$@"', shlex.join(words or ["--sample"])))


def _refused(name: str, parser: argparse.ArgumentParser, words: list[str]) -> Iterator[str]:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            parser.parse_intermixed_args(words) if name == "celery" else parser.parse_args(words)
        except SystemExit as end:
            if end.code:
                yield f"{name} {shlex.join(words)}: {said.getvalue().strip().splitlines()[-1]}"


def _recorded(flags: list[dict[str, Any]]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for each in flags:
        action = "store" if each["value"] else "store_true"
        parser.add_argument(*each["flags"], action=action, required=each["required"])
    return parser


def _celery() -> argparse.ArgumentParser:
    parser = _recorded(RECORDED["celery"])
    parser.add_argument("command", choices=["inspect"])
    parser.add_argument("action", choices=["ping"])
    return parser
