"""A restart forgets nothing: neither the host key, nor what was seen, nor what is still to be answered."""

from pathlib import Path

import pytest

from clearinghouse_simulator import FolderInUse, Simulator
from tests.clearinghouse_simulator.partner_client import answer, give
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional

GOOD = professional([PlainClaim("A1")])


def test_numbers_claims_files_and_keys_are_remembered(tmp_path: Path) -> None:
    with Simulator(tmp_path, {}) as first:
        give(first, GOOD)
        kept = (first.host_key, first.password, first.accepted, first.files, first.answers)
    with Simulator(tmp_path, {}) as second:
        assert (second.host_key, second.password, second.accepted, second.files, second.answers) == kept
        give(second, GOOD)
        assert answer(second, "ta1")[1][4:] == ["R", "025"]
        assert second.accepted == {"A1": 1}
        assert len({one.name for one in second.answers}) == len(second.answers)


def test_the_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    with Simulator(tmp_path, {}):
        assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("host_key", "password")] == [0o600, 0o600]


def test_an_answer_that_waits_comes_after_the_restart(tmp_path: Path) -> None:
    with Simulator(tmp_path, {"delivery": [{"delay": 600}]}) as first:
        give(first, GOOD)
        assert list(first.outbound.iterdir()) == []
    with Simulator(tmp_path, {}) as second:
        second.release()
        assert len(list(second.outbound.iterdir())) == 4


def test_a_file_taken_but_not_answered_is_answered_after_the_restart(tmp_path: Path) -> None:
    with Simulator(tmp_path, {}):
        pass
    (tmp_path / "taken" / "00000000000000000001-claims.837").write_bytes(GOOD)
    with Simulator(tmp_path, {}) as second:
        second.settle()
        assert [one.name for one in second.files] == ["claims.837"]
        assert second.accepted == {"A1": 1}
        taken = second.files[0].path
    taken.rename(tmp_path / "taken" / taken.name)  # as if killed after remembering, before putting away
    with Simulator(tmp_path, {}) as third:
        third.settle()
        assert third.accepted == {"A1": 1}
        assert third.files[0].path.exists()


def test_what_came_while_it_was_down_is_picked_up(tmp_path: Path) -> None:
    with Simulator(tmp_path, {}) as first:
        inbound = first.inbound
    (inbound / "claims.837").write_bytes(GOOD)
    with Simulator(tmp_path, {}) as second:
        second.settle()
        assert second.accepted == {"A1": 1}


def test_a_folder_has_one_simulator_at_a_time(tmp_path: Path) -> None:
    with Simulator(tmp_path, {}), pytest.raises(FolderInUse), Simulator(tmp_path, {}):
        pass
    with Simulator(tmp_path, {}) as again:
        assert again.port


def test_a_port_that_is_taken_is_an_error_and_frees_the_folder(tmp_path: Path) -> None:
    with Simulator(tmp_path / "one", {}) as one:
        with pytest.raises(OSError, match="address already in use"), Simulator(tmp_path / "two", {}, port=one.port):
            pass
        with Simulator(tmp_path / "two", {}) as two:
            assert two.port != one.port
