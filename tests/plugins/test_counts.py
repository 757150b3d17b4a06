from dataclasses import dataclass, field

import pytest

from revcycle_airflow.counts import plain, table


@dataclass(frozen=True)
class Done:
    encounters: int = 1200
    block: int = 7
    by_rule: dict[str, int] = field(default_factory=lambda: {"npi.missing": 3, "icd10.unknown": 4})


def test_the_counts_of_a_step_are_kept_as_plain_numbers() -> None:
    assert plain(Done()) == {"encounters": 1200, "block": 7, "by_rule": {"npi.missing": 3, "icd10.unknown": 4}}
    assert plain([Done(by_rule={})]) == [{"encounters": 1200, "block": 7, "by_rule": {}}]


@pytest.mark.parametrize("outcome", ["Quillfeather", {"who": "Quillfeather"}, [("Quillfeather",)], 1.5, None])
def test_what_is_not_a_count_never_reaches_xcom_nor_the_message(outcome: object) -> None:
    with pytest.raises(TypeError, match="counts only") as refused:
        plain(outcome)
    assert "Quillfeather" not in str(refused.value)


def test_the_table_lists_totals_then_each_group_by_name_with_figures_aligned() -> None:
    assert table(plain(Done())) == [
        "encounters            1,200",
        "block                     7",
        "by rule:",
        "  icd10.unknown           4",
        "  npi.missing             3",
    ]


def test_a_group_without_rows_is_left_out() -> None:
    assert table({"opened": 0, "by_rule": {}}) == ["opened           0"]
