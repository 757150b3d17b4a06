"""What holds for every DAG file, now and for those to come."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.airflow_home import ROOT

EXPECTED = {  # a new DAG file is listed here first
    "acknowledgments.py": {"acknowledgments"},
    "claim_submission.py": {"claim_submission"},
    "code_validation.py": {"code_validation"},
    "weekly_review.py": {"weekly_review"},
    "timely_filing.py": {"timely_filing"},
    "remittance_posting.py": {"remittance_posting"},
}
FILES = sorted((ROOT / "dags").rglob("*.py"))
HEADINGS = ("## Purpose", "## When red", "## Backfill")
WIRING = (ast.Import, ast.ImportFrom, ast.Assign, ast.With, ast.Expr)
LOGIC = (ast.Lambda, ast.IfExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr, ast.Await)


@pytest.fixture(params=[dag_id for ids in EXPECTED.values() for dag_id in sorted(ids)])
def dag(request: pytest.FixtureRequest, dags: dict[str, Any]) -> Any:
    return dags[request.param]


def test_every_dag_file_is_expected_and_gives_its_dags(dags: dict[str, Any]) -> None:
    found: dict[str, set[str]] = {path.name: set() for path in FILES}
    for dag in dags.values():
        found[Path(dag.fileloc).name].add(dag.dag_id)
    assert found == EXPECTED


def test_an_owner_is_named(dag: Any) -> None:
    assert {task.owner for task in dag.tasks} == {"revcycle"}


def test_a_killed_task_has_tries_left(dag: Any) -> None:
    assert min(task.retries for task in dag.tasks) >= 3
    assert all(task.retry_policy is not None for task in dag.tasks)


def test_no_task_and_no_run_goes_on_for_ever(dag: Any) -> None:
    assert all(task.execution_timeout for task in dag.tasks)
    assert dag.dagrun_timeout > max(task.execution_timeout for task in dag.tasks)


def test_people_are_called_for_a_failed_and_for_a_late_run(dag: Any) -> None:
    from revcycle_airflow.alarms import run_failed, run_succeeded

    assert dag.on_failure_callback is run_failed
    assert dag.on_success_callback is run_succeeded
    (alert,) = dag.deadline
    assert alert.callback.path == "revcycle_airflow.alarms.run_late"
    assert type(alert.reference).__name__ == "DagRunQueuedAtDeadline"
    assert timedelta(seconds=alert.interval) < dag.dagrun_timeout


def test_the_runbook_has_its_headings_and_names_every_task(dag: Any) -> None:
    assert [line for line in dag.doc_md.splitlines() if line.startswith("## ")] == list(HEADINGS)
    assert [task.task_id for task in dag.tasks if f"`{task.task_id}`" not in dag.doc_md] == []


def test_tags_and_pools_come_from_their_lists(dag: Any) -> None:
    from revcycle_airflow.policy import Pool, Tag

    assert dag.tags
    assert set(dag.tags) <= set(Tag)
    assert {task.pool for task in dag.tasks} <= {*Pool, "default_pool"}


def test_no_date_is_made_up_and_runs_do_not_pile_up(dag: Any) -> None:
    assert dag.catchup is False
    assert dag.max_active_runs <= 2


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_dag_file_is_a_runbook_and_wiring_without_logic(file: Path) -> None:
    module = ast.parse(file.read_text())
    assert ast.get_docstring(module)
    assert [type(node).__name__ for node in statements(module.body) if not isinstance(node, WIRING)] == []
    assert [type(node).__name__ for node in ast.walk(module) if isinstance(node, LOGIC)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_dag_file_imports_wiring_only(file: Path) -> None:
    imports = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = [node.module for node in imports if isinstance(node, ast.ImportFrom) and node.module]
    assert len(modules) == len(imports)  # `import x` names no single thing that is used
    assert [name for name in modules if name != "airflow.sdk" and name.split(".")[0] != "revcycle_airflow"] == []


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_dag_file_holds_no_sql(file: Path) -> None:
    module = ast.parse(file.read_text())
    texts = [
        node.value.upper()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    wiring = [text for text in texts if text != (ast.get_docstring(module, clean=False) or "").upper()]
    words = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ")
    assert [text for text in wiring if any(word in text for word in words)] == []


def test_parsing_twice_gives_the_same_dag_so_that_no_version_is_written_in_vain(dag: Any, airflow_home: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    first, second = (DagSerialization.to_json(DagBag(dag_folder=str(ROOT / "dags")).dags[dag.dag_id]) for _ in range(2))
    assert first == second
    assert str(airflow_home) not in first


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.With):
            yield from statements(node.body)
