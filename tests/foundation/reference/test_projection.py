"""STATE/reference.json."""

import json
from datetime import date
from pathlib import Path

import pytest

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.reference import Release, ReleaseSet, read_projection
from revcycle.foundation.reference.projection import write_projection
from revcycle.foundation.state import State

OLD = ReleaseSet((Release("hcpcs", "any", "2026Q2", date(2019, 7, 1), date(2026, 6, 30), "a" * 64, 5),))
NEW = ReleaseSet((Release("hcpcs", "any", "2026Q3", date(2019, 7, 1), None, "b" * 64, 6),))


def test_what_is_written_is_read_back(state: State) -> None:
    write_projection(state, NEW)

    assert read_projection(state) == NEW


def test_a_state_without_code_sets_names_the_command_that_makes_them(state: State) -> None:
    with pytest.raises(InputUnusable, match=r"\./revcycle reference starter"):
        read_projection(state)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"schema": 99, "releases": []}', '{"schema": 1, "releases": [{}]}']
)
def test_a_file_that_is_no_projection_is_said_to_be_none(state: State, content: str) -> None:
    state.reference_json.write_text(content)

    with pytest.raises(InputUnusable, match=r"reference\.json"):
        read_projection(state)


def test_a_write_that_fails_leaves_the_old_file_whole_and_no_draft(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_projection(state, OLD)

    def power_cut(self: Path, target: Path) -> Path:
        raise OSError("gone")

    monkeypatch.setattr(Path, "replace", power_cut)
    with pytest.raises(OSError, match="gone"):
        write_projection(state, NEW)

    assert read_projection(state) == OLD
    assert [path.name for path in state.root.iterdir()] == ["reference.json"]


def test_the_old_file_is_replaced_and_never_written_into(state: State) -> None:
    write_projection(state, OLD)
    with state.reference_json.open() as reader:
        write_projection(state, NEW)

        assert json.load(reader)["releases"] == [OLD.releases[0].as_json()]
    assert read_projection(state) == NEW
