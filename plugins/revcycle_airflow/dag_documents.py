"""DAGS.md, made from the DAGs themselves: a table of all, then each one's runbook.

`python -m revcycle_airflow.dag_documents --write` makes it again; `--check` ends with 1 when it differs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import DAG

CHECKOUT = Path(__file__).resolve().parents[2]
DOCUMENT = CHECKOUT / "DAGS.md"
COMMAND = "python -m revcycle_airflow.dag_documents --write"
HEAD = f"""# DAGs

Made by `{COMMAND}` from the files in `dags/`; change those.

| DAG | purpose | starts | announces | tags | late after | ends after |
|---|---|---|---|---|---|---|
"""


def document(dags: Iterable[DAG]) -> str:
    """The whole of DAGS.md, the same for the same DAGs in any order and any time zone."""
    ordered = sorted(dags, key=lambda dag: dag.dag_id)
    return (
        HEAD + "\n".join(_row(dag) for dag in ordered) + "\n\n" + "\n\n".join(_runbook(dag) for dag in ordered) + "\n"
    )


def dags_of_the_checkout() -> list[DAG]:
    """Every DAG below `dags/`; raises SystemExit naming the file that cannot be read."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(CHECKOUT / "dags"))
    if bag.import_errors:
        raise SystemExit(f"these DAG files cannot be read: {', '.join(sorted(bag.import_errors))}")
    return list(bag.dags.values())


def main(arguments: list[str] | None = None) -> int:
    """Write or check DAGS.md; no database and no Airflow home of the machine is touched."""
    parser = argparse.ArgumentParser(prog="dag_documents", description="DAGS.md from the DAGs")
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--write", action="store_true", help="make DAGS.md again")
    wanted.add_argument("--check", action="store_true", help="end with 1 when DAGS.md is not what the DAGs say")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="revcycle-dags-") as home:
        os.environ.setdefault("AIRFLOW_HOME", home)
        text = document(dags_of_the_checkout())
    if asked.write:
        DOCUMENT.write_text(text, encoding="utf-8")
    elif not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"DAGS.md is not what the DAGs say; run: {COMMAND}\n")
        return 1
    return 0


def _row(dag: DAG) -> str:
    (alert,) = dag.deadline
    cells = (
        f"[{dag.dag_id}](#{dag.dag_id})",
        _purpose(dag),
        _schedule(dag),
        ", ".join(_assets(dag)) or "-",
        ", ".join(sorted(dag.tags)),
        f"{alert.interval}",
        f"{dag.dagrun_timeout}",
    )
    return f"| {' | '.join(cells)} |"


def _purpose(dag: DAG) -> str:
    """The first sentence of the runbook's purpose."""
    _, _, purpose = (dag.doc_md or "").partition("## Purpose\n")
    return " ".join(purpose.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def _schedule(dag: DAG) -> str:
    """The cron expression without its time zone, which is the practice's own; or the asset it follows."""
    if expression := getattr(dag.timetable, "expression", None):
        return f"`{expression}`, in the practice's time zone"
    return f"after `{dag.timetable.asset_condition.name}`"


def _assets(dag: DAG) -> Iterator[str]:
    for task in dag.tasks:
        yield from (f"`{asset.name}`" for asset in task.outlets)


def _runbook(dag: DAG) -> str:
    """The DAG's own document, each heading one level lower."""
    lines = (dag.doc_md or "").strip().splitlines()
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in lines)


if __name__ == "__main__":
    raise SystemExit(main())
