"""No file stops the run, whatever bytes it has: it is applied or quarantined, and the files after it go on."""

import hashlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.answer_files import ack, claim_ack, ta1
from tests.cycle.answers.ending import applied, claims, deliver, items, receive
from tests.sent_claims import Office

NASTY = [b"~", b"*", b":", b"\x00", b"\xff", b"HL*9*9*77~", b"STC*~", b"ST*277*1~", b"-1", b"9" * 30, b"\xb2", b"{}"]
CHANGES = st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 6), st.sampled_from(NASTY)), max_size=3)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(["TA1", "999", "277CA"]), changes=CHANGES)
def test_any_bytes_are_applied_or_quarantined(office: Office, kind: str, changes: list[tuple[int, int, bytes]]) -> None:
    sent = office.send()
    pcn = sent.pcns[0]
    errors = ["IK3*NM1*8*2310B*8", f"CTX*CLM01:{pcn}", "IK4*9*67*7"]
    line = ["SVC*HC:99213*120", "STC*A7:454*20261124*U", f"REF*FJ*{pcn}L01"]
    content = {"TA1": ta1(sent, "A"), "999": ack(sent, "R", errors=errors)}
    data = content.get(kind, claim_ack(sent, [(pcn, ["A7:21"])], lines=line)).encode()
    for place, length, nasty in changes:
        at = place % len(data)
        data = data[:at] + nasty + data[at + length :]
    sha256 = hashlib.sha256(data).hexdigest()
    if not office.all("SELECT id FROM received_file WHERE sha256 = :sha256", sha256=sha256):
        office.receive(data.decode("latin-1"), kind)
    applied(office)
    query = """SELECT state, EXISTS (SELECT 1 FROM problem p WHERE p.file_id = f.id) FROM received_file f
               WHERE sha256 = :sha256"""
    (state,) = office.all(query, sha256=sha256)
    assert state[0] == "applied" or state == ("quarantined", True)


def test_a_status_above_the_batch_is_passed_over(office: Office) -> None:
    sent = office.send()
    content = claim_ack(sent, [(sent.pcns[0], ["A2:20"])]).replace("TRN*1*S902~", "STC*A3:21*20261124*U~")
    receive(office, content)
    assert claims(office)[sent.pcns[0]][2] == "accepted"


def test_a_file_with_nul_bytes_is_quarantined(office: Office) -> None:
    sent = office.send()
    deliver(office, [claim_ack(sent, [(sent.pcns[0], ["A7\x00:21"])]), ack(sent)])
    applied(office)
    assert items(office) == [("quarantined_file", None)]
    assert claims(office)[sent.pcns[0]][2] == "received"


def test_a_place_of_thousands_of_digits_is_no_place(office: Office) -> None:
    sent = office.send()
    errors = [f"IK3*NM1*{'9' * 5000}*2310B*8", f"IK4*{'9' * 5000}*67*7"]
    deliver(office, [ack(sent, "R", errors=errors)])
    applied(office)
    assert items(office) == [("set_rejection", None)]
