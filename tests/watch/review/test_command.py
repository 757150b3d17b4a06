"""`./revcycle review`: the page in a file, the exit code of a broken proof."""

from pathlib import Path

import pytest

from revcycle.cli.main import main
from revcycle.foundation.state import State
from tests.watch.review.books import MONDAY, Books


@pytest.fixture
def practice(books: Books, state: State, monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.setenv("REVCYCLE_STATE", str(state.root))
    monkeypatch.setattr("revcycle.cli.review.existing_practice", lambda _: books.engine)
    return books


def test_the_page_of_the_archive_is_written_to_the_file(
    practice: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "review.html"
    assert main(["review", f"{MONDAY}", "--out", f"{out}"]) == 0
    assert out.read_text() == practice.page()
    assert practice.review(name="again").sha256 in capsys.readouterr().out


def test_a_broken_proof_ends_with_1_and_says_what_to_do(
    practice: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    practice.archive.path(practice.stored(b"as it was")).unlink()
    assert main(["review", f"{MONDAY}", "--out", f"{tmp_path / 'page'}"]) == 1
    assert "out of a backup" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("week", "said"),
    [("2026-11-03", "is a Tuesday"), ("2099-11-02", "is not over"), (f"{MONDAY}", "cannot be written")],
)
def test_an_unusable_call_ends_with_2(
    week: str, said: str, practice: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", week, "--out", f"{tmp_path}"]) == 2
    assert said in capsys.readouterr().err
