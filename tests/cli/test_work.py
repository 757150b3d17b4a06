"""The worklist in the shell: whose queue an item is in, and what one item says."""

import csv
import io

import pytest
from sqlalchemy import Engine

from revcycle.cli.main import main
from revcycle.cycle import answers
from revcycle.foundation.state import State
from revcycle.foundation.work.causes import Cause, open_items
from tests.answer_files import NOW
from tests.sent_claims import STEP, Office


@pytest.fixture
def office(engine: Engine, state: State, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr("revcycle.cli.work.existing_practice", lambda _: engine)
    return Office(engine, state)


def opened(office: Office, *causes: Cause) -> None:
    for cause in causes:
        with office.engine.begin() as connection:
            open_items(connection, [cause], now=NOW, run_id=office.run_id)


@pytest.mark.parametrize(
    ("asked", "queues"), [((), ["biller", "ops"]), (("--queue", "ops"), ["ops"]), (("--queue", "coder"), [])]
)
def test_the_list_names_the_queue_and_can_be_of_one(
    office: Office, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...], queues: list[str]
) -> None:
    sent = office.send()
    opened(office, Cause("overdue", 1, "biller"), Cause("doubt", sent.id, "ops"))
    assert main(["work", "list", "--csv", *asked]) == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert [row["queue"] for row in rows] == queues


def test_a_queue_that_nobody_has_is_refused(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["work", "list", "--queue", "oops"])
    assert ended.value.code == 2
    assert "'biller', 'coder', 'ops'" in capsys.readouterr().err


def test_an_item_says_as_what_its_claim_was_sent_and_not_what_was_never_written(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    (number,) = office.send().pcns
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE claim_submission SET closed_at = now(), closed_because = 'rejected'")
    office.resubmit(number, batched=False)
    opened(office, Cause("content", 1, "biller", 1, 1))
    assert main(["work", "show", "1"]) == 0
    assert f"sent as     {number}\n" in capsys.readouterr().out


def test_a_claim_that_was_never_sent_is_not_said_to_be(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.send()
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE claim_submission SET interchange_id = NULL, position = NULL")
    opened(office, Cause("content", 1, "biller", 1, 1))
    assert main(["work", "show", "1"]) == 0
    assert "sent as     not yet\n" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_shown_under_the_name_it_came_with(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.receive("<html>away</html>", "999", name="ACK\x1b[2J-1.999")
    answers.apply(office.engine, office.archive, now=NOW, step=STEP)
    assert main(["work", "show", "1"]) == 0
    said = capsys.readouterr().out
    assert "received as ACK\\x1b[2J-1.999, on 20" in said
    assert "`./revcycle reapply FILE` reads this one once more" in said


def test_a_biller_is_not_told_to_apply_a_remittance_again(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.receive("ISA", "835", name="PAY.835")
    opened(office, Cause("quarantined_file", 1, "biller"))
    assert main(["work", "show", "1"]) == 0
    said = capsys.readouterr().out
    assert "received as PAY.835, on 20" in said
    assert "reapply" not in said and "Ask the partner for the file again" in said
