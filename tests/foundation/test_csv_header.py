"""The header of a CSV file: what is wrong with it is said in words that help."""

import csv
import io
from pathlib import Path

import pytest

from revcycle.foundation.csv_header import check_names, read_names
from revcycle.foundation.errors import InputUnusable

PATH = Path("handed.csv")


def names(content: str) -> list[str]:
    return read_names(PATH, csv.reader((line.decode() for line in io.BytesIO(content.encode())), strict=True))


def test_names_are_trimmed_and_stand_in_the_first_row_that_is_not_blank() -> None:
    assert names('\n , \n a ,"b, c"\n1,2\n') == ["a", "b, c"]
    assert names("\n\n") == []


@pytest.mark.parametrize(("separator", "said"), [(";", "';'"), ("\t", "tabs"), ("|", "'|'")])
def test_another_separator_is_named(separator: str, said: str) -> None:
    with pytest.raises(InputUnusable, match="expected ','") as refused:
        names(separator.join(["encounter_id", "line", "charge"]) + "\n")
    assert f"handed.csv: row 1: the columns are separated by {said}, expected ','" in str(refused.value)


@pytest.mark.parametrize("content", ['a,"b\nSecret,1\n', 'a,"b\nSecret,"\n', 'a,"b"x\n', "a,b\rSecret,1\r"])
def test_a_header_without_a_sound_end_is_refused_without_a_word_of_what_it_swallows(content: str) -> None:
    with pytest.raises(InputUnusable, match="quotation mark that does not match") as refused:
        names(content)
    assert "Secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (["a", "b", "c"], "unknown column 'c'; the columns of claims are a, b, d"),
        (["a", "b", "a"], "repeated column 'a'"),
        (["b"], "missing column 'a'"),
    ],
)
def test_unknown_repeated_and_missing_columns_are_named(found: list[str], words: str) -> None:
    with pytest.raises(InputUnusable) as refused:
        check_names(PATH, found, known=("a", "b", "d"), required=("a",), of="claims")
    assert words in str(refused.value)


def test_optional_columns_may_be_missing() -> None:
    check_names(PATH, ["a"], known=("a", "b"), required=("a",), of="claims")
