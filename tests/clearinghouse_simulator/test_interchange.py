"""Where the reader finds a claim, its payer and its patient."""

from clearinghouse_simulator.interchange import read
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional

_DEPENDENT = (
    "HL*2*1*22*1~SBR*P********CI~NM1*IL*1*SPECIMEN*ADA****MI*W0001~NM1*PR*2*PLAN*****PI*LARKSPUR~"
    "HL*3*2*23*0~PAT*19~NM1*QC*1*SPECIMEN*BO~CLM*D1*10***11:B:7*Y*A*Y*Y~NM1*PR*2*OTHER*****PI*OTHER~"
    "CLM*D2*20***11:B:1*Y*A*Y*Y~HL*4*2*23*0~PAT*19~NM1*QC*1*SPECIMEN*CY~CLM*D3*30***11:B:1*Y*A*Y*Y~"
)


def _with_dependents() -> bytes:
    head, tail = professional([]).split(b"\nSE*")
    return head + _DEPENDENT.encode() + b"\nSE*" + tail


def test_a_claim_belongs_to_the_payer_of_its_subscriber_and_the_patient_of_its_own_level() -> None:
    claims = read(_with_dependents()).claims
    assert [(one.number, one.frequency, one.payer_id, one.patient[4], one.member_id) for one in claims] == [
        ("D1", "7", "LARKSPUR", "BO", "W0001"),
        ("D2", "1", "LARKSPUR", "BO", "W0001"),
        ("D3", "1", "LARKSPUR", "CY", "W0001"),
    ]


def test_a_position_belongs_to_the_claim_whose_levels_hold_it() -> None:
    (found,) = read(_with_dependents()).groups[0].sets
    first = found.claims[0].first
    assert found.claim_at(first - 1) is None
    assert [found.claim_at(first + n).number for n in (0, 4, 7, 8, 9, 10, 13)] == [  # type: ignore[union-attr]
        *("D1", "D1", "D1", "D1", "D2", "D3", "D3"),
    ]


def test_a_set_without_its_end_does_not_swallow_the_envelope() -> None:
    data = professional([PlainClaim("A1")])
    start = data.index(b"\nSE*")
    interchange = read(data[:start] + data[data.index(b"\nGE*") :])
    assert interchange.iea == ["IEA", "1", "000000001"]
    assert [one.number for one in interchange.claims] == ["A1"]


def test_other_delimiters_and_line_ends_are_read() -> None:
    data = professional([PlainClaim("A1")]).replace(b"*", b"|").replace(b":", b">").replace(b"~\n", b"!\r\n")
    (claim,) = read(data).claims
    assert (claim.number, claim.frequency) == ("A1", "1")
