"""Plugins are loaded by every process and once a task, DAG files every few minutes: both stay cheap."""

import json
import subprocess
import sys
from pathlib import Path

from tests.airflow_home import ROOT

HEAVY = {"adbc_driver_postgresql", "alembic.command", "apprise", "duckdb", "lmdb", "pandas", "psycopg", "pyarrow"}
TRIVIAL = """\
from airflow.sdk import DAG, BaseOperator

with DAG("trivial", schedule=None):
    BaseOperator(task_id="one")
"""
LOADED = "import json, sys; print(json.dumps(sorted(sys.modules)))"
PARSE = "from airflow.dag_processing.dagbag import DagBag; bag = DagBag({folder!r}); assert not bag.import_errors; "
PLUGINS = "import airflow.plugins_manager as manager; manager.get_plugin_info(); "


def loaded(statements: str) -> set[str]:
    """The modules a fresh process has loaded after the statements."""
    done = subprocess.run([sys.executable, "-c", statements + LOADED], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_parsing_loads_no_library_that_a_trivial_dag_does_not_load(tmp_path: Path) -> None:
    (tmp_path / "trivial.py").write_text(TRIVIAL)
    ours = loaded(PARSE.format(folder=str(ROOT / "dags")))
    trivial = loaded(PARSE.format(folder=str(tmp_path)))
    assert ours & HEAVY == set()
    more = {name.split(".")[0] for name in ours - trivial}
    assert {name for name in more if not name.startswith("unusual_prefix")} == {
        "airflow",
        "revcycle",
        "revcycle_airflow",
    }


def test_airflow_loads_exactly_one_plugin_module_and_it_costs_nothing() -> None:
    with_plugin = loaded(PLUGINS + "assert [plugin['name'] for plugin in manager.get_plugin_info()] == ['revcycle']; ")
    assert with_plugin & HEAVY == set()
    assert {name for name in with_plugin if "revcycle" in name} == {"revcycle_plugin"}
