"""The verb `sweep --claims` against the oracle: every finding of hostile files, in every field, in the same order."""

import json
import random
from datetime import date
from typing import Any

import pytest
import yaml

from revcycle.cli.main import main
from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import Release, ReleaseSet, read_projection
from revcycle.foundation.reference.parquet import write_rows
from revcycle.foundation.reference.projection import write_projection
from revcycle.foundation.state import State
from sample_practice.practice import practice_yaml
from tests.oracles.claim_file import AS_OF, LIMITS, ClaimFile
from tests.oracles.claims import generate
from tests.oracles.lines import Finding
from tests.oracles.pools import Pools
from tests.oracles.sweep import sweep
from tests.oracles.tables import tables_of

SEEDS = (1, 2, 3)
CLAIMS = 400
TEXTS = ("reason", "fix", "source", "release")


@pytest.fixture(scope="module")
def pools(starter: tuple[State, ReleaseSet]) -> Pools:
    state, releases = starter
    return Pools(tables_of(releases, state.archive), seed=1)


@pytest.fixture
def practised(stocked: State) -> State:
    """A state with the code sets and a practice whose payers have the limits of the generated files."""
    practice = yaml.safe_load(practice_yaml())
    payer = practice["payers"][0]
    practice["payers"] = [payer | {"code": code, "filing_limits": _limits_of(code)} for code in _payers()]
    stocked.practice_yaml.write_text(yaml.safe_dump(practice), encoding="utf-8")
    return stocked


@pytest.mark.parametrize("seed", SEEDS)
def test_every_finding_of_a_hostile_file_is_the_oracles(
    seed: int, pools: Pools, practised: State, capsys: pytest.CaptureFixture[str]
) -> None:
    file = generate(pools, seed, CLAIMS)
    data = file.to_bytes()

    found = _swept(practised, data, capsys)

    assert found == sweep(data, pools.tables, AS_OF, LIMITS)
    assert file.present <= {(f["rule"], f["claim"], tuple(f["codes"])) for f in found}
    assert not file.absent & {(f["rule"], f["claim"]) for f in found}


def test_a_practitioner_table_replaces_the_hospitals_from_its_first_day_on(
    pools: Pools, practised: State, capsys: pytest.CaptureFixture[str]
) -> None:
    begins = date(2025, 1, 1)
    own = [(one, two, 1 - kind, begins, None) for one, two, kind, _, _ in pools.pairs[::2] if kind in (0, 1)]
    releases = _with_practitioner_pairs(practised, sorted(set(own)), begins)
    tables = tables_of(releases, practised.archive)
    file = ClaimFile(random.Random(5), pools)
    for one, two, *_ in pools.pairs:
        for day in ("2024-12-31", "2025-01-01"):
            file.claim({"procedure": one}, {"procedure": two}, date_from=day)
    data = file.to_bytes()

    found = _swept(practised, data, capsys)

    assert found == sweep(data, tables, AS_OF, LIMITS)
    severities = {(f["rule"], f["severity"]) for f in found if f["rule"].startswith("ncci.ptp")}
    assert {("ncci.ptp_never", "block"), ("ncci.ptp_never", "review")} <= severities


def _swept(state: State, data: bytes, capsys: pytest.CaptureFixture[str]) -> list[Finding]:
    """What the verb prints for a file, without the texts."""
    path = state.root / "claims.csv"
    path.write_bytes(data)
    call = ["--state", str(state.root), "sweep", "--claims", str(path), "--as-of", str(AS_OF), "--json"]
    assert main(call) == 0
    findings: list[Finding] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(finding[text] or text == "release" for finding in findings for text in TEXTS)
    return [{key: value for key, value in finding.items() if key not in TEXTS} for finding in findings]


def _payers() -> list[str]:
    return sorted({limit.payer for limit in LIMITS})


def _limits_of(payer: str) -> list[dict[str, Any]]:
    return [
        {
            "valid_from": limit.valid_from,
            "valid_to": limit.valid_to,
            "limit": {limit.unit: limit.count},
            "source": "test",
        }
        for limit in LIMITS
        if limit.payer == payer
    ]


def _with_practitioner_pairs(state: State, rows: list[tuple[Any, ...]], begins: date) -> ReleaseSet:
    """Load the rows as a practitioner table into the state."""
    path = state.root / "pairs.parquet"
    count = write_rows(path, "ptp", rows)
    sha256 = Archive(state.archive).put(path)
    own = Release("ptp", "professional", "2026Q2", begins, date(2026, 6, 30), sha256, count)
    releases = ReleaseSet.of_all([*read_projection(state).releases, own])
    write_projection(state, releases)
    return releases
