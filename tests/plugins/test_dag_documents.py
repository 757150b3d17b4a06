from pathlib import Path
from typing import Any

import pytest

from tests.airflow_home import ROOT


def test_dags_md_is_what_the_dags_say(dags: dict[str, Any]) -> None:
    from revcycle_airflow.dag_documents import document

    assert (ROOT / "DAGS.md").read_text() == document(dags.values())


def test_a_document_is_the_same_for_the_dags_in_any_order(dags: dict[str, Any]) -> None:
    from airflow.sdk import DAG

    from revcycle_airflow.dag_documents import document
    from revcycle_airflow.policy import POLICY, Tag

    ours = dags["code_validation"]
    other = DAG(
        "a_first_one",
        doc_md="# a\n\n## Purpose\nOne thing. And more.",
        schedule=ours.schedule,
        tags={Tag.CODER},
        **POLICY,
    )
    text = document([ours, other])
    assert text == document([other, ours])
    assert "| [a_first_one](#a_first_one) | One thing | `0 0 * * *`, in the practice's time zone | - | coder |" in text


def test_a_check_fails_until_the_document_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from revcycle_airflow import dag_documents

    monkeypatch.setattr(dag_documents, "DOCUMENT", tmp_path / "DAGS.md")
    assert dag_documents.main(["--check"]) == 1
    assert "run: python -m revcycle_airflow.dag_documents --write" in capsys.readouterr().err
    assert dag_documents.main(["--write"]) == 0
    assert dag_documents.main(["--check"]) == 0
    (tmp_path / "DAGS.md").write_text("another")
    assert dag_documents.main(["--check"]) == 1
