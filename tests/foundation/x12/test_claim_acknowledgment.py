"""277CA: what is said of a batch, a provider's claims, a claim and its lines."""

import pytest

from revcycle.foundation.x12.claim_acknowledgment import Answered, ClaimAcknowledgment, Status, read_277ca
from revcycle.foundation.x12.envelope import take_apart
from revcycle.foundation.x12.segments import Problem
from tests.answer_files import envelope
from tests.oracles.x12_oracles import pyx12_errors

SOURCE = [
    "BHT*0085*08*R1*20261124*0500*TH",
    "HL*1**20*1",
    "NM1*AY*2*FIXTURE CLEARINGHOUSE*****46*CLEARING1",
    "TRN*1*S1",
    "DTP*050*D8*20261123",
    "DTP*009*D8*20261124",
]
BATCH = ["HL*2*1*21*1", "NM1*41*2*FIXTURE GROUP*****46*FIX001", "TRN*2*B0001", "STC*A1:19:PR*20261124*WQ*270"]
TOTALS = ["QTY*90*1", "QTY*AA*1", "AMT*YU*120", "AMT*YY*150"]
PROVIDER = ["HL*3*2*19*1", "NM1*85*2*FIXTURE GROUP*****XX*1000000012", "TRN*1*0", "STC*A1:19:PR**WQ*270"]
TAKEN = [
    "HL*4*3*PT",
    "NM1*QC*1*QUILLFEATHER*JO****MI*SYN1",
    "TRN*2*P1",
    "STC*A2:20:PR*20261124*WQ*120",
    "REF*1K*ICN1",
    "DTP*472*D8*20261119",
]
REJECTED = [
    "HL*5*3*PT",
    "NM1*QC*1*QUILLFEATHER*SAM****MI*SYN2",
    "TRN*2*P2",
    "STC*A7:562:85*20261124*U*150******A7:21:85",
    "DTP*472*D8*20261119",
    "SVC*HC:99213*150*****1",
    "STC*A7:454:1P*20261124*U*******A7:21",
    "REF*FJ*P2L01",
]
ALL = [*SOURCE, *BATCH, *TOTALS, *PROVIDER, *TAKEN, *REJECTED]


def file(body: list[str], version: str = "005010X214") -> bytes:
    return envelope("HN", version, "277", body, isa13=902).encode()


def read(body: list[str], version: str = "005010X214") -> tuple[ClaimAcknowledgment, list[Problem]]:
    (answer,) = take_apart(file(body, version)).sets
    problems: list[Problem] = []
    return read_277ca(answer, problems), problems


def test_others_find_no_error_in_the_sample() -> None:
    assert pyx12_errors(file(ALL)) == []


def test_who_answers_and_when() -> None:
    found, problems = read(ALL)
    assert problems == []
    assert (found.source, found.source_id) == ("AY", "CLEARING1")
    assert (found.received_on, found.processed_on) == ("20261123", "20261124")
    assert (found.created_date, found.created_time) == ("20261124", "0500")


def test_every_level_has_its_statuses_and_the_number_it_goes_by() -> None:
    found, _ = read(ALL)
    assert found.answered == [
        Answered("batch", 12, "B0001", [Status(13, 0, "A1", "19", "PR")]),
        Answered("provider", 20, "0", [Status(21, 0, "A1", "19", "PR")]),
        Answered("claim", 24, "P1", [Status(25, 0, "A2", "20", "PR")], payer_claim_number="ICN1"),
        Answered("claim", 30, "P2", [Status(31, 0, "A7", "562", "85"), Status(31, 1, "A7", "21", "85")]),
        Answered(
            "line",
            33,
            "P2",
            [Status(34, 0, "A7", "454", "1P"), Status(34, 1, "A7", "21", "")],
            line_control_number="P2L01",
        ),
    ]


def test_a_batch_may_be_refused_with_nothing_below_it() -> None:
    found, problems = read([*SOURCE, *BATCH[:3], "STC*A3:24*20261124*U*270"])
    assert problems == []
    assert [(one.level, one.trace, one.statuses[0].category) for one in found.answered] == [("batch", "B0001", "A3")]


def test_claims_of_one_patient_stand_under_one_level() -> None:
    found, problems = read([*SOURCE, *BATCH, *PROVIDER, *TAKEN, "TRN*2*P9", "STC*A3:21*20261124*U*9"])
    assert problems == []
    assert [(one.trace, one.statuses[0].category) for one in found.answered[2:]] == [("P1", "A2"), ("P9", "A3")]
    assert [one.payer_claim_number for one in found.answered[2:]] == ["ICN1", ""]


def test_a_provider_needs_no_number_of_its_own() -> None:
    found, problems = read([*SOURCE, *BATCH, *PROVIDER[:2], PROVIDER[3]])
    assert problems == []
    assert found.answered[-1] == Answered("provider", 16, "", [Status(16, 0, "A1", "19", "PR")])


def test_several_statuses_of_a_claim_are_all_kept() -> None:
    second = "STC*A3:21*20261124*U*120******A7:562*A7:21:IL"
    found, _ = read([*SOURCE, *BATCH, *PROVIDER, *TAKEN[:4], second])
    assert [(status.segment, status.part, status.category) for status in found.answered[-1].statuses] == [
        (21, 0, "A2"),
        (22, 0, "A3"),
        (22, 1, "A7"),
        (22, 2, "A7"),
    ]


def test_a_claim_whose_lines_carry_its_statuses_needs_none_itself() -> None:
    _, problems = read([*SOURCE, *BATCH, *PROVIDER, *REJECTED[:3], *REJECTED[5:]])
    assert problems == []


@pytest.mark.parametrize(
    ("body", "segment", "fatal"),
    [
        ([*SOURCE, *BATCH, *PROVIDER, *TAKEN[:3]], 20, False),
        ([*SOURCE, *BATCH[:3], "STC*A1*20261124*WQ*270"], 13, True),
        ([*SOURCE, *BATCH[:3], "STC**20261124*WQ*270"], 13, True),
        ([*SOURCE, "HL*2*7*21*1", *BATCH[1:]], 10, True),
        ([*SOURCE, "HL*1*1*21*1", *BATCH[1:]], 10, True),
        ([*SOURCE, "HL*2*1*99*1", *BATCH[1:]], 10, True),
        ([*SOURCE, *BATCH, "HL*3*2*19*1", "SVC*HC:99213*1"], 15, True),
        ([*SOURCE, *BATCH, "CLP*1"], 14, False),
    ],
)
def test_what_cannot_be_used_is_reported_by_its_segment(body: list[str], segment: int, fatal: bool) -> None:
    _, problems = read(body)
    assert [(problem.segment, problem.fatal) for problem in problems] == [(segment, fatal)]


def test_a_277_of_another_kind_is_a_fatal_problem() -> None:
    _, (problem,) = read(ALL, "005010X212")
    assert (problem.st_index, problem.code, problem.found, problem.fatal) == (
        1,
        "structure.version",
        "005010X212",
        True,
    )
