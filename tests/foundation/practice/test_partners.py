"""Payers' claim rules and trading partners: what practice.yaml may say of them, and how they come back."""

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from revcycle.foundation import practice
from revcycle.foundation.practice.partner import Mailbox
from revcycle.foundation.practice.partners import stored_claim_rules, stored_partners
from tests.foundation.practice.test_reading import refusal, settings_of

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
NOW = datetime(2026, 7, 6, 5, tzinfo=UTC)
TEXT = f"""\
name: Example Medical Group
time_zone: America/New_York
payers:
  - code: NORTHWIND
    name: Northwind Health
    kind: commercial
    time_zone: America/Chicago
    claims:
      - valid_from: 2020-01-01
        source: companion guide
        partner: clearinghouse
        payer_id: NWIND
        filing_indicator: CI
        enrolled: yes
trading_partners:
  - connection: clearinghouse
    name: Example Clearinghouse
    sender_id: EXAMPLEGRP
    receiver_id: EXAMPLECH
    submitter_name: Example Medical Group
    submitter_id: 0042
    contact_name: EDI desk
    contact_phone: 2075550100
    receiver_name: Example Clearinghouse
    mailbox: {{style: rename, temporary: "tmp.{{name}}"}}
    host_keys: [{KEY}, "{KEY} old"]
"""
FAULTS = [
    ("partner: clearinghouse", "partner: house", 11, "payers.claims.partner: the connection of one of trading"),
    ("payer_id: NWIND", "payer_id: n", 12, "payers.claims.payer_id: 2 to 80 capital letters and digits"),
    ("filing_indicator: CI", "filing_indicator: COMMERCIAL", 13, "payers.claims.filing_indicator: one of '11', '12', "),
    ("filing_indicator: CI", "filing_indicator: Q9", 13, "payers.claims.filing_indicator: one of '11', '12', "),
    ("enrolled: yes", "enrolled: perhaps", 14, "payers.claims.enrolled: true or false is expected"),
    ("enrolled: yes", "most_claims: 5001", 14, "payers.claims.most_claims: a number not above 5000"),
    ("enrolled: yes", "valid_to: 2019-01-01", 9, "payers.claims: a valid_to that is not before valid_from"),
    ("source: companion guide", "usage: T", 9, "payers.claims.source: it is missing"),
    ("sender_id: EXAMPLEGRP", "sender_id: A-VERY-LONG-SENDER", 18, "trading_partners.sender_id: 2 to 15 capital"),
    ("contact_phone: 2075550100", "contact_phone: 555", 23, "trading_partners.contact_phone: ten digits"),
    ("style: rename", "style: magic", 25, "trading_partners.mailbox.style: one of 'rename', 'folder' or 'direct'"),
    ('"tmp.{name}"', '"tmp"', 25, "trading_partners.mailbox: a temporary name with {name} in it"),
    ("style: rename", "name: same.837", 25, "trading_partners.mailbox: a name with {isa13} in it"),
    ("style: rename", 'name: "{isa13}{patient}"', 25, "trading_partners.mailbox: a name made of {sender}, {isa13}"),
    ("style: rename", 'name: "{{isa13}}.837"', 25, "trading_partners.mailbox: a name with {isa13} in it"),
    ("style: rename", 'name: "{isa13:x}.837"', 25, "trading_partners.mailbox: a number written {isa13} or {isa13:09}"),
    ("style: rename", 'name: "{isa13}{usage:0}"', 25, "trading_partners.mailbox: a number written {isa13} or"),
    ("style: rename", 'name: "{gs06}{isa13}"', 25, "trading_partners.mailbox: {isa13:09} beside {gs06}"),
    ("style: rename", 'name: "{isa13"', 25, "trading_partners.mailbox: every brace closed"),
    ('"tmp.{name}"', '"tmp.{isa13}"', 25, "trading_partners.mailbox: a name made of {name}"),
    ('"tmp.{name}"', '"{name}"', 25, "trading_partners.mailbox: a temporary name with {name} in it"),
    ("style: rename", "style: folder", 25, "trading_partners.mailbox: a folder other than upload"),
    ("host_keys: [", "hostkeys: [", 26, "trading_partners.hostkeys: no such field"),
    ("host_keys: [", f"host_keys: [{KEY}, ", 26, "trading_partners.host_keys: one host key, or two"),
    (f"[{KEY}", "[AAAA", 26, "trading_partners.host_keys: a host key such as"),
    (f"[{KEY}", f"[{KEY[:-4]}", 26, "trading_partners.host_keys: a host key such as"),
    ("enrolled: yes", "holds_for_review: [icd10.excludes]", 14, "payers.claims.holds_for_review: a rule of the sweep"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "said"), FAULTS, ids=lambda value: str(value)[:40])
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in TEXT
    assert refusal(tmp_path, TEXT.replace(old, new, 1)).startswith(f", line {line}: {said}")


def test_what_is_stored_comes_back_as_it_was_read(engine: Engine, tmp_path: Path, run_id: int) -> None:
    settings = settings_of(tmp_path, TEXT)
    with engine.begin() as connection:
        assert practice.load(connection, settings, run_id=run_id, now=NOW).added == 5
        assert not practice.load(connection, settings, run_id=run_id, now=NOW)
        assert stored_partners(connection) == {"clearinghouse": settings.trading_partners[0]}
        assert stored_claim_rules(connection) == {"NORTHWIND": settings.payers[0].claims}
        named = connection.execute(text("SELECT partner, qualifier, value, payer FROM payer_identifier")).one()
    assert tuple(named) == ("clearinghouse", "NM109", "NWIND", "NORTHWIND")
    assert settings.trading_partners[0].submitter_id == "0042"


@pytest.mark.parametrize("name", ["{isa13}.837", "{isa13:07}", "{gs06}1{isa13:09}", "{sender}-{isa13:09}.837"])
def test_no_two_interchanges_share_a_name(name: str) -> None:
    box, numbers = Mailbox(name=name), (1, 11, 111, 1111)
    given = {"sender": "S", "usage": "T", "date": "20260706"}
    names = {box.final_name(isa13=isa13, gs06=gs06, **given) for isa13, gs06 in permutations(numbers, 2)}
    assert len(names) == (12 if "gs06" in name else 4)


@pytest.mark.parametrize("rules", ["['*']", "[ncci.mue_day, addon.primary_missing]", "[]"])
def test_rules_of_the_sweep_may_be_named(tmp_path: Path, rules: str) -> None:
    settings = settings_of(tmp_path, TEXT.replace("enrolled: yes", f"holds_for_review: {rules}"))
    assert len(settings.payers[0].claims[0].holds_for_review) == rules.count(",") + (rules != "[]")


def test_a_file_name_is_told_by_its_interchange() -> None:
    box = Mailbox(name="{date}_{usage}_{isa13:09}.837")
    assert box.final_name(sender="S", isa13=7, gs06=8, usage="T", date="20260706") == "20260706_T_000000007.837"
