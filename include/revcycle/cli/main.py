"""Find the command, run it, and turn what went wrong into one sentence and an exit code.

Exit codes: 0 done, 1 something needs a person, 2 the call or the input cannot be used, 3 a service is not there.
"""

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Sequence

from revcycle.foundation.errors import RevcycleError, ServiceUnavailable
from revcycle.foundation.state import State

# Each command and the module that parses it, in the order of the help. Only the module of the command at hand is
# imported: `status` must not wait for what the others need.
COMMANDS = {
    "up": "up",
    "down": "down",
    "status": "status",
    "night": "night",
    "intake": "intake",
    "sweep": "sweep",
    "work": "work",
    "pause-sending": "pause_sending",
    "collect": "collect",
    "post": "post",
    "reapply": "reapply",
    "reconcile": "reconcile",
    "ledger": "ledger",
    "proof": "proof",
    "review": "review",
    "simulator": "simulator",
    "reference": "reference",
    "sample": "sample",
    "prepare": "prepare",
    "backup": "backup",
    "restore": "backup",
    "digest": "digest",
    "test": "test",
}
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run one command of the shell and return its exit code."""
    parsed = _parser(arguments).parse_args(arguments)
    state = State.of(getattr(parsed, "state", None))
    try:
        return int(parsed.run(parsed, state))
    except RevcycleError as problem:
        print(f"revcycle: {problem}", file=sys.stderr)
        if isinstance(problem, ServiceUnavailable):
            _name_full_disks(state)
        return problem.exit_code
    except KeyboardInterrupt:
        print("revcycle: interrupted; every step is safe to run again.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, `head` for one
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        print(f"revcycle: {_machine_problem(problem)}", file=sys.stderr)
        _name_full_disks(state)
        return ServiceUnavailable.exit_code


def _machine_problem(problem: OSError) -> str:
    """What the machine would not do, and the way out; every command may then be given again."""
    place = f" ({problem.filename})" if problem.filename else ""
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full{place}: make room and give the command again."
    if problem.errno == errno.EROFS:
        return f"The disk cannot be written{place}: name a folder that can with --state."
    return f"{problem.strerror or problem}{place}."


def _name_full_disks(state: State) -> None:
    """A full disk is behind many a service that does not answer, and the error itself seldom names it."""
    from revcycle.local.disk import full_disks  # only a command that failed waits for this import

    for trouble in full_disks(state):
        print(f"revcycle: {trouble}", file=sys.stderr)


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command at hand, or of all of them where none is named."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--state", default=argparse.SUPPRESS, metavar="DIR", help="the state folder (default .revcycle)"
    )
    parser = argparse.ArgumentParser(
        prog="revcycle", description="The revenue cycle of a medical practice on Apache Airflow.", parents=[common]
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    named = [COMMANDS[word] for word in arguments if word in COMMANDS][:1]
    for module in named or dict.fromkeys(COMMANDS.values()):
        importlib.import_module(f"revcycle.cli.{module}").add_parser(commands, common)
    return parser
