"""Proof of filing and the chain: what was sent and answered, from the archive, and no more than that."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from revcycle.cli.main import main
from revcycle.cycle.answers import chain, proof
from revcycle.foundation.archive import ObjectDamaged
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from tests.answer_files import NOW, ack, claim_ack, ta1
from tests.cycle.answers.ending import items, receive
from tests.sent_claims import Office


class Page(HTMLParser):
    """The page's words, and the tags it is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.tags = [], set[str]()
        self.feed(page)
        self.text = " ".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def shown(office: Office, number: str) -> Page:
    return Page(proof(office.engine, office.archive, number, now=NOW, who="bo"))


def test_a_proof_shows_what_was_sent_and_answered_with_times_and_hashes(office: Office) -> None:
    sent = office.send(3)
    pcn = sent.pcns[1]
    files = [ta1(sent, "A"), ack(sent), claim_ack(sent, [(pcn, ["A2:20"])], payer=True, numbers="ICN77")]
    receive(office, *files)
    page = shown(office, pcn[:-2])
    assert f"Received by the payer on 2026-11-24 as {pcn}, by the payer's own answer." in page.text
    for digest in office.all("SELECT sha256 FROM received_file UNION SELECT sha256 FROM interchange"):
        assert str(digest[0]) in page.text
    for words in (f"CLM*{pcn}*120***11:B:1*Y*A*Y*Y", "STC*A2:20*20261124*WQ*120", "TA1*000000001", "AK9*A*1*1*1"):
        assert words in page.text
    assert "ICN77" in page.text and f"{pcn}L01" in page.text
    assert sent.pcns[0] not in page.text  # nothing of anybody else


def test_a_proof_is_one_printable_file_without_scripts_or_anything_outside(office: Office) -> None:
    sent = office.send()
    page = proof(office.engine, office.archive, sent.pcns[0], now=NOW, who="bo")
    assert not {"script", "link", "img", "iframe"} & Page(page).tags
    assert "@media print" in page
    assert not re.search(r"https?://|url\(|@import|\son\w+=", page)


def test_what_stands_in_the_data_is_escaped(office: Office) -> None:
    sent = office.send()
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE patient SET last_name = '<script>alert(1)</script>&'")
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A2:20"])], numbers="<b>1</b>"))
    page = shown(office, sent.pcns[0])
    assert not {"script", "b"} & page.tags
    assert "<script>alert(1)</script>&" in page.text


@pytest.mark.parametrize(("payer", "code", "proven"), [("MEDICARE", "A2:20", False), ("SILENT", "A2:20", True)])
def test_a_clearinghouse_proves_filing_only_where_the_payer_sends_no_answer(
    office: Office, payer: str, code: str, proven: bool
) -> None:
    sent = office.send(payer=payer)
    receive(office, claim_ack(sent, [(sent.pcns[0], [code])]))
    assert ("by the answer of the clearinghouse" in shown(office, sent.pcns[0]).text) is proven
    assert ("is not proven" in shown(office, sent.pcns[0]).text) is not proven


def test_a_proof_of_damaged_bytes_is_refused(office: Office) -> None:
    sent = office.send()
    path = office.archive.path(str(office.one("SELECT sha256 FROM interchange")))
    path.write_bytes(path.read_bytes().replace(b"*120*", b"*999*"))
    with pytest.raises(ObjectDamaged):
        shown(office, sent.pcns[0])


def test_an_unknown_claim_has_no_proof_and_a_look_is_logged(office: Office) -> None:
    with pytest.raises(InputUnusable):
        shown(office, "NOTHING")
    shown(office, office.send().pcns[0])
    assert office.all("SELECT who, what, patient_id FROM access_log") == [("bo", "proof", 1)]


def test_the_chain_tells_what_came_and_what_is_awaited_and_no_patients_data(office: Office) -> None:
    sent = office.send(2)
    links = dict(chain(office.engine, sent.id))
    assert links["837"].startswith("clearinghouse 000000001: 2 claims, 240.00, published 2026-11-24 05:00 UTC, sha256 ")
    assert links["TA1"] == "1 awaited of the clearinghouse until 2026-11-24 07:00 UTC"
    receive(office, ta1(sent, "A"), ack(sent), claim_ack(sent, [(pcn, ["A7:21"]) for pcn in sent.pcns]))
    told = chain(office.engine, sent.id)
    assert [kind for kind, _ in told] == ["837", "TA1", "999", "277CA", "835"]
    assert told[1:] == [
        ("TA1", "interchange A, 2026-11-24 12:00 UTC"),
        ("999", "set A, 2026-11-24 12:00 UTC"),
        ("277CA", "clearinghouse: 0 not rejected, 2 rejected"),
        ("835", "none"),
    ]
    assert not any(word in str(told) for word in ("QUILLFEATHER", "Quillfeather", "SYN0042", *sent.pcns))


def test_the_shell_writes_the_proof_for_its_owner_alone(
    office: Office, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("revcycle.cli.proof.practice_engine", lambda _: office.engine)
    number = office.send().pcns[0][:-2]
    out = tmp_path / "proof.html"
    assert main(["proof", number, "--out", str(out), "--state", str(state.root)]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert main(["proof", "NOTHING", "--out", str(out), "--state", str(state.root)]) == 2
    assert main(["proof", number, "--out", str(tmp_path / "no" / "x.html"), "--state", str(state.root)]) == 2


def test_the_shell_applies_received_answers_again(
    office: Office, state: State, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("revcycle.cli.reapply.practice_engine", lambda _: office.engine)
    sent = office.send()
    sha256 = office.receive(ack(sent), "999", "A.999")
    assert main(["reapply", sha256, "--state", str(state.root)]) == 0
    assert "1 files applied" in capsys.readouterr().out
    office.receive("<html>", "999", "B.999")
    assert main(["reapply", "B.999", "--state", str(state.root)]) == 1
    assert items(office) == [("quarantined_file", None)]
    assert main(["reapply", "nothing", "--state", str(state.root)]) == 2
