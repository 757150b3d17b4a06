"""A file or a set that cannot be used is quarantined with its problems and an item; the rest is applied."""

import pytest

from revcycle.cycle.answers import reapply
from revcycle.foundation.errors import InputUnusable
from tests.answer_files import ack, claim_ack, ta1
from tests.cycle.answers.ending import applied, claims, deliver, held, items, receive
from tests.sent_claims import STEP, Office


def files(office: Office) -> list[tuple[object, ...]]:
    return office.all("SELECT state FROM received_file ORDER BY id")


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "structure.empty"), ("<html>away</html>", "structure.not_x12"), ("ISA*00*", "structure.not_x12")],
)
def test_an_unreadable_file_is_quarantined_with_its_problem_and_the_others_go_on(
    office: Office, content: str, code: str
) -> None:
    sent = office.send()
    office.receive(content, "999")
    deliver(office, [ack(sent)])
    counts = applied(office)
    assert (counts.files, counts.quarantined) == (2, 1)
    assert files(office) == [("quarantined",), ("applied",)]
    assert office.all("SELECT st_index, position, code FROM problem") == [(0, 1, code)]
    assert items(office) == [("quarantined_file", None)]
    assert claims(office)[sent.pcns[0]][2] == "received"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("IK5*A", "IK5*"),
        ("AK9*A*1*1*1~", ""),
        ("SE*6*", "SE*9*"),
        ("AK1*HC*101*005010X222A1~", ""),
        ("~SE*6", "~~SE*7"),
        ("IEA*1*000000901~", ""),
    ],
)
def test_a_spoiled_999_says_nothing_or_is_whole(office: Office, old: str, new: str) -> None:
    sent = office.send()
    content = ack(sent)
    assert old in content
    receive(office, content.replace(old, new))
    stands = old.startswith("IEA")  # the set stands by itself
    assert (claims(office)[sent.pcns[0]][2] == "received") is stands
    assert (files(office) == [("applied",)]) is stands
    assert office.one("SELECT count(*) FROM problem") != 0


def test_a_spoiled_set_is_quarantined_and_its_neighbour_applied(office: Office) -> None:
    one, other = office.send(), office.send()
    bad = claim_ack(one, [(one.pcns[0], ["A7:21"])], isa13=960).replace("SE*", "SE*9")
    receive(office, bad + claim_ack(other, [(other.pcns[0], ["A7:21"])], isa13=961))
    assert office.all("SELECT st_index, state FROM received_transaction ORDER BY 1") == [
        (1, "quarantined"),
        (2, "applied"),
    ]
    assert held(office) == [other.pcns[0][:-2]]
    assert files(office) == [("quarantined",)]


def test_an_answer_without_a_readable_date_is_quarantined(office: Office) -> None:
    sent = office.send()
    content = ta1(sent, "R", "023")
    isa = content.split("~")[0]
    receive(office, content.replace("*261124*1200*^", "*999999*1200*^"))
    assert "*261124*1200*^" in isa
    assert (held(office), files(office)) == ([], [("quarantined",)])
    assert office.one("SELECT code FROM problem") == "date.unreadable"


def test_a_set_of_another_kind_is_not_lost(office: Office) -> None:
    sent = office.send()
    receive(office, claim_ack(sent).replace("005010X214", "005010X212").replace("005010X212~ST", "005010X214~ST", 0))
    assert office.all("SELECT kind, state FROM received_transaction") == [("277", "quarantined")]
    assert items(office) == [("quarantined_file", None)]


def test_a_file_that_can_be_read_again_leaves_quarantine(office: Office) -> None:
    sent = office.send()
    sha256 = office.receive(ack(sent), "999", "FIRST.999")
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE received_file SET state = 'quarantined'")
    assert reapply(office.engine, ["FIRST.999"], step=STEP) == 1
    assert applied(office).files == 1
    assert (files(office), items(office)) == ([("applied",)], [])
    assert reapply(office.engine, [sha256, "FIRST.999"], step=STEP) == 1


def test_an_unmatched_answer_fits_once_its_interchange_is_registered_again(office: Office) -> None:
    sent = office.send()
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE interchange SET gs06 = 999")
    sha256 = office.receive(ack(sent), "999")
    applied(office)
    assert items(office) == [("unmatched_answer", None)]
    with office.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE interchange SET gs06 = {sent.gs06}")
    reapply(office.engine, [sha256], step=STEP)
    applied(office)
    assert (items(office), claims(office)[sent.pcns[0]][2]) == ([], "received")


def test_only_answers_that_were_received_can_be_applied_again(office: Office) -> None:
    office.receive("ISA", "835", "PAY.835")
    for name in ("PAY.835", "nothing"):
        with pytest.raises(InputUnusable):
            reapply(office.engine, [name], step=STEP)


def test_a_remittance_file_is_left_for_posting(office: Office) -> None:
    office.receive("ISA", "835")
    assert applied(office).files == 0
    assert files(office) == [("registered",)]
