"""From an interchange to the verdicts of everybody who answers it."""

from dataclasses import dataclass, field

from clearinghouse_simulator.acknowledgment import GroupVerdict, judge_group
from clearinghouse_simulator.claim_acknowledgment import Batch, Judged, Source, clearinghouse_of
from clearinghouse_simulator.conditions import Arrival
from clearinghouse_simulator.interchange import Interchange
from clearinghouse_simulator.interchange_acknowledgment import NO_ERROR, fault_of_envelope
from clearinghouse_simulator.scenario import Scenario
from clearinghouse_simulator.validation import validate


@dataclass
class Judgement:
    """Who says what. Where the interchange is refused (`note` is not 000) nobody else speaks."""

    note: str
    claims: list[Judged]
    groups: list[GroupVerdict] = field(default_factory=list)
    clearinghouse: list[Batch] = field(default_factory=list)
    payers: list[list[Batch]] = field(default_factory=list)

    @property
    def accepted(self) -> list[Judged]:
        """The claims that the payers took into adjudication."""
        return [one for batches in self.payers for batch in batches for one in batch.accepted()]


def judge(
    data: bytes, interchange: Interchange, scenario: Scenario, *, nth_file: int, claims_before: int, seen_before: bool
) -> Judgement:
    """The verdicts on a file: the envelope, then pyx12 and the rules on groups and sets, then on what goes on."""
    claims = [
        Judged(
            claim,
            scenario.rule_for(claim, Arrival(nth_claim=claims_before + n, nth_file=nth_file)),
            trace=f"{interchange.control}{n:06d}",
        )
        for n, claim in enumerate(interchange.claims, start=1)
    ]
    note = fault_of_envelope(interchange, seen_before=seen_before and scenario.duplicate_isa13 == "refuse")
    refusing = next((one.rule for one in claims if one.rule.outcome == "reject_interchange"), None)
    if note == NO_ERROR and refusing is not None:
        note = refusing.note
    judgement = Judgement(note, claims)
    if note == NO_ERROR:
        _judge_content(data, interchange, judgement)
    return judgement


def _judge_content(data: bytes, interchange: Interchange, judgement: Judgement) -> None:
    by_claim = {id(one.claim): one for one in judgement.claims}
    reports = validate(data) or []
    for n, group in enumerate(interchange.groups):
        report = reports[n] if n < len(reports) else None
        judgement.groups.append(judge_group(group, report, lambda claim: by_claim[id(claim)].rule))
    source = clearinghouse_of(interchange)
    forwarded = [st for group in judgement.groups for st in group.forwarded]
    judgement.clearinghouse = [Batch(source, st, [by_claim[id(claim)] for claim in st.claims]) for st in forwarded]
    judgement.payers = _by_payer(judgement.clearinghouse)


def _by_payer(batches: list[Batch]) -> list[list[Batch]]:
    """What the clearinghouse hands on: for each payer its claims of each set."""
    payers: dict[str, list[Batch]] = {}
    for batch in batches:
        mine: dict[str, list[Judged]] = {}
        for one in batch.accepted():
            mine.setdefault(one.claim.payer_id, []).append(one)
        for payer, claims in mine.items():
            source = Source("payer", claims[0].claim.payer_name, payer)
            payers.setdefault(payer, []).append(Batch(source, batch.st, claims))
    return list(payers.values())
