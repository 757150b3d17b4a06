"""What a payer decides on a claim: every cent is paid or adjusted, the same whenever and with whatever it comes."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse_simulator import Simulator
from clearinghouse_simulator.payments.adjudication import decide
from clearinghouse_simulator.payments.billed import BilledClaim, BilledLine, Payee
from clearinghouse_simulator.payments.plan import PayerTerms, PaymentRule
from tests.clearinghouse_simulator.partner_client import Simulate, answer, give, only
from tests.clearinghouse_simulator.partner_files import PlainClaim, complaints, institutional, professional
from tests.clearinghouse_simulator.payments.conftest import NOON, Pay, told

THREE = PlainClaim("A1", lines=("100", "250.5", "80"))
ONE = PlainClaim("A1", charge="150")


def test_a_paid_claim_comes_back_line_by_line_with_its_numbers(simulate: Simulate) -> None:
    simulator = simulate({"payments": {}}, now=NOON)
    give(simulator, professional([THREE]))
    simulator.pay()
    (sent,) = told(simulator)
    (claim,) = sent.claims
    assert complaints(sent.data) == []
    assert sent.off() == []
    assert (claim.status, claim.charge) == ("1", Decimal("430.5"))
    assert claim.icn == only(answer(simulator, "payer"), "REF")[0][2], "the number that the 277CA gave"
    assert [service.control for service in claim.services] == ["A1L1", "A1L2", "A1L3"]
    assert [service.procedure for service in claim.services] == ["HC:99213:25", "HC:99214:25", "HC:99215:25"]
    assert {date for service in claim.services for date in service.dates} == {("472", "20261120")}
    for service in claim.services:
        reduced = sum(amount for *reason, amount in service.adjustments if reason == ["CO", "45"])
        assert service.allowed == service.charge - reduced
        assert Decimal("0.45") <= service.allowed / service.charge <= Decimal("0.85")


def test_a_span_of_days_is_told_by_its_ends(pay: Pay) -> None:
    ((claim,),) = (sent.claims for sent in pay(PlainClaim("A1", days="RD8*20261120-20261122")))
    assert claim.services[0].dates == [("150", "20261120"), ("151", "20261122")]


def test_who_is_not_the_insured_stands_beside_him(pay: Pay) -> None:
    (sent,) = pay(PlainClaim("A1", dependent=True))
    assert complaints(sent.data) == []
    assert [one[1:5] for one in only(sent.all, "NM1")] == [
        ["QC", "1", "SPECIMEN", "MAX"],
        ["IL", "1", "SPECIMEN", "ADA"],
    ]


def test_a_hospital_line_is_told_by_its_revenue_code_where_it_has_no_procedure(simulate: Simulate) -> None:
    simulator = simulate({"payments": {}}, now=NOON)
    give(simulator, institutional("A1", ["400", "120.5"]))
    simulator.pay()
    (sent,) = told(simulator)
    assert (complaints(sent.data), sent.off()) == ([], [])
    services = [(one[1], one[2], one[4], one[5]) for one in only(sent.all, "SVC")]
    assert services == [("NU:0451", "400", "", "1"), ("HC:99283", "120.5", "0452", "2")]
    assert only(sent.all, "CLP")[0][8:] == ["13", "1"]


def test_a_claim_that_is_sent_on_to_the_next_payer_is_paid_and_says_so(pay: Pay) -> None:
    (sent,) = pay(THREE, rule={"outcome": "crossover"})
    (claim,) = sent.claims
    assert (claim.status, claim.paid > 0, sent.off(), complaints(sent.data)) == ("19", True, [], [])


def test_medicare_keeps_two_percent_of_what_it_pays(pay: Pay) -> None:
    (sent,) = pay(PlainClaim("A1", lines=("100",) * 9, filing="MB"))
    for service in sent.claims[0].services:
        shares = {reason: amount for _, reason, amount in service.adjustments}
        before = service.paid + shares["253"]
        assert shares["253"] == (before * Decimal("0.02")).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_the_patient_owes_a_part_of_some_lines_and_all_of_it_is_in_clp05(pay: Pay) -> None:
    (sent,) = pay(*(PlainClaim(f"A{n}", lines=("200", "90")) for n in range(40)))
    owed = [one for claim in sent.claims for one in claim.adjustments if one[0] == "PR"]
    assert {reason for _, reason, _ in owed} == {"1", "2", "3"}
    for claim in sent.claims:
        assert Decimal(claim.patient or 0) == sum(amount for group, _, amount in claim.adjustments if group == "PR")


def test_a_denied_claim_is_paid_nothing_for_the_reason_given(pay: Pay) -> None:
    (sent,) = pay(THREE, rule={"outcome": "deny", "codes": ["CO:16:M76"], "status": "4"})
    (claim,) = sent.claims
    assert (claim.status, claim.paid) == ("4", 0)
    assert claim.adjustments == [("CO", "16", service.charge) for service in claim.services]
    assert [service.remarks for service in claim.services] == [["M76"]] * 3


def test_of_several_codes_each_claim_has_one(pay: Pay) -> None:
    claims = (PlainClaim(f"A{n}") for n in range(30))
    (sent,) = pay(*claims, rule={"outcome": "deny", "codes": ["CO:29", "PR:204", "OA:18"]})
    assert {claim.adjustments[0][:2] for claim in sent.claims} == {("CO", "29"), ("PR", "204"), ("OA", "18")}
    assert {claim.status for claim in sent.claims} == {"1"}


@pytest.mark.parametrize("claim", [ONE, THREE])
def test_a_partly_paid_claim_is_denied_in_part_only(pay: Pay, claim: PlainClaim) -> None:
    (sent,) = pay(claim, rule={"outcome": "partial", "codes": ["CO:50"]})
    denied = sum(amount for *reason, amount in sent.claims[0].adjustments if reason == ["CO", "50"])
    assert 0 < denied < sent.claims[0].charge
    assert sent.claims[0].paid > 0
    assert sent.off() == []


def test_the_deductible_takes_it_all(pay: Pay) -> None:
    (sent,) = pay(THREE, rule={"outcome": "patient"})
    (claim,) = sent.claims
    assert (claim.paid, sent.amount) == (0, 0)
    assert {reason for *_, reason, _ in claim.adjustments} == {"45", "1"}


def test_a_second_payer_repeats_what_the_first_one_did(pay: Pay) -> None:
    (sent,) = pay(PlainClaim("A1", owed="30"))
    (claim,) = sent.claims
    assert (claim.status, claim.charge, claim.paid) == ("2", 150, 30)
    assert claim.adjustments == [("OA", "23", Decimal(120))]


def test_a_decision_depends_on_nothing_that_came_before(tmp_path_factory: pytest.TempPathFactory) -> None:
    claims = [PlainClaim(f"A{n}", lines=("100", "75.25")) for n in range(6)]
    rules = [{"when": {"share": 0.5}, "outcome": "partial"}]

    def paid(order: list[PlainClaim], files: int) -> dict[str, object]:
        with Simulator(tmp_path_factory.mktemp("house"), {"payments": {"rules": rules}}, now=NOON) as simulator:
            give(simulator, *(professional(order[n::files], control=n + 1) for n in range(files)))
            simulator.pay()
            (sent,) = told(simulator)
            return {"trace": sent.trace, "amount": sent.amount, "claims": [vars(claim) for claim in sent.claims]}

    one, other = paid(claims, 1), paid(claims[::-1], 3)
    assert str(one) == str(other)


@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=6),
    st.sampled_from(["pay", "partial", "deny", "patient", "reversal"]),
    st.sampled_from(["MB", "CI"]),
    st.text("ABC123", min_size=1, max_size=6),
    st.booleans(),
)
def test_no_cent_is_lost_on_any_line(
    charges: list[int], outcome: str, filing: str, number: str, corrected: bool
) -> None:
    lines = [
        BilledLine(control=f"L{n}", procedure="HC:99213", revenue="", cents=cents, units="1", days=[])
        for n, cents in enumerate(charges)
    ]
    rule = PaymentRule.model_validate({"outcome": outcome})
    decided = decide(_billed(number, filing, lines), rule, PayerTerms(), corrected=corrected)
    assert len(decided.lines) == len(charges)
    for line in decided.lines:
        assert 0 <= line.paid <= line.charged
        assert all(0 < one.cents <= line.charged for one in line.adjustments)
    undone = decided.negated()
    assert (undone.charged, undone.paid) == (-decided.charged, -decided.paid)
    assert [-one.cents for line in undone.lines for one in line.adjustments] == [
        one.cents for line in decided.lines for one in line.adjustments
    ]


def test_the_range_of_a_payer_bounds_what_it_allows(pay: Pay) -> None:
    claims = [PlainClaim(f"A{n}", charge="100") for n in range(40)]
    (sent,) = pay(*claims, payers={"LARK*": {"allowed": [60, 62]}})
    allowed = sorted({service.allowed for claim in sent.claims for service in claim.services})
    assert allowed == [60, 61, 62]
    assert all(one < other for one, other in pairwise(claim.number for claim in sent.claims))


def _billed(number: str, filing: str, lines: list[BilledLine]) -> BilledClaim:
    return BilledClaim(
        number=number,
        icn="1",
        original="",
        payer_id="LARKSPUR",
        payer_name="LARKSPUR",
        frequency="1",
        facility="11",
        filing=filing,
        responsibility="P",
        member_id="W1",
        patient=[],
        insured=[],
        received="20261124",
        payee=Payee(npi="1234567893", name="GROUP", tax_id="000000001", address=[]),
        route=[],
        lines=lines,
    )
