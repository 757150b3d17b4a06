"""`./revcycle pause-sending`: nothing goes to partners, or nothing of one payer, until it is turned off."""

import argparse
import getpass
from datetime import UTC, datetime

from revcycle.cycle.exchange import pause
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.local.practice import existing_practice


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `pause-sending`."""
    parser = commands.add_parser("pause-sending", parents=[common], help="hold all sending, or one payer's claims")
    parser.add_argument("switch", choices=("on", "off"))
    parser.add_argument("--payer", default="", metavar="CODE", help="only this payer's claims (default: everything)")
    parser.add_argument("--reason", default="", metavar="TEXT", help="kept with the outage")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Turn it on or off; the same again changes nothing."""
    now, on = datetime.now(UTC), arguments.switch == "on"
    counts = pause(
        existing_practice(state),
        on=on,
        payer=arguments.payer,
        by=getpass.getuser(),
        reason=arguments.reason,
        now=now,
        step=Step("shell", f"pause-sending-{now.isoformat()}", "pause-sending"),
    )
    what = f"Sending of {arguments.payer}'s claims" if arguments.payer else "All sending"
    print(f"{what} is {'paused' if on else 'free'}{'' if counts.paused or counts.resumed else ' already'}.")
    return 0
