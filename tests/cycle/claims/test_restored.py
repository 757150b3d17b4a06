"""A backup in the middle of a batch: numbers are raised, the file is in the archive, its row is not yet there."""

from pathlib import Path
from typing import Any

import pytest

from revcycle.cycle.claims import closing
from revcycle.cycle.exchange import reconcile
from revcycle.foundation.register import Release, SendingRefused
from revcycle.foundation.store.runs import Step
from tests.cycle.claims.biller import Biller
from tests.deliveries import NOW
from tests.restored import Dump

STEP = Step("test", "test", "restored")


@pytest.fixture
def dumped_mid_batch(biller: Biller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Dump:
    """Three claims are batched; the dump saw the moment before the batch closed over them."""
    for number in (1, 2, 3):
        biller.patient(f"P{number}")
        biller.charges({"encounter_id": f"E{number}", "patient_id": f"P{number}"})
    biller.sweep()
    biller.assemble()
    close, dumps = closing.close, []

    def dump_first(*given: Any, **more: Any) -> Any:
        dumps.append(Dump(biller.engine, tmp_path))
        return close(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(closing, "close", dump_first)
        assert biller.batch().claims == 3
    (dump,) = dumps
    return dump


def mark_released(biller: Biller) -> None:
    """As publishing does before the partner can see the file."""
    ((partner, isa13, manifest),) = biller.rows("SELECT partner, isa13, manifest_sha256 FROM interchange")
    Release(biller.archive, partner, isa13, 1, manifest).mark()


def test_claims_that_left_after_a_backup_amid_their_batch_are_not_batched_again(
    biller: Biller, dumped_mid_batch: Dump
) -> None:
    mark_released(biller)
    sent = biller.rows("SELECT isa13, sha256, claims FROM interchange")
    dumped_mid_batch.put_back()
    for step in (biller.batch, biller.assemble):
        with pytest.raises(SendingRefused, match="reconcile --apply"):
            step()
    said = reconcile(biller.engine, biller.archive, apply=False, now=NOW, step=STEP)
    done = reconcile(biller.engine, biller.archive, apply=True, now=NOW, step=STEP)
    assert said.interchanges == done.interchanges == ("clearinghouse-000000001",)
    assert done.claims == 3 and done.missing == () and done.conflicts == ()
    assert biller.rows("SELECT isa13, sha256, claims FROM interchange WHERE state = 'in_doubt'") == sent
    biller.assemble()
    assert biller.batch().claims == 0


def test_claims_that_never_left_are_batched_under_a_new_number(biller: Biller, dumped_mid_batch: Dump) -> None:
    """What the killed batch and this restore have in common: nobody has seen the file."""
    dumped_mid_batch.put_back()
    assert reconcile(biller.engine, biller.archive, apply=True, now=NOW, step=STEP).interchanges == ()
    assert biller.batch().claims == 3
    assert biller.rows("SELECT isa13 FROM interchange") == [(2,)]
