"""The 277CA (005010X214): what became of each batch, billing provider and claim, from a clearinghouse or a payer.

Decided by STC01-1: A1 received, A2 taken into adjudication, A3, A6, A7, A8 refused. STC03 is WQ or U accordingly.
"""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from itertools import groupby

from clearinghouse_simulator.interchange import Claim, Interchange, Segment, TransactionSet, element
from clearinghouse_simulator.scenario import Party, Rule
from clearinghouse_simulator.writing import Envelope, amount, transaction_set

VERSION = "005010X214"

_RECEIVED = "A1:19"
_TAKEN = {"clearinghouse": "A1:19:40", "payer": "A2:20"}
_DEFAULT_CODES = {"reject_batch": "A3:24", "reject_provider": "A7:562:85", "reject_claim": "A7:21"}


@dataclass(frozen=True)
class Source:
    """Who answers: the clearinghouse (AY) or a payer (PR)."""

    party: Party
    name: str
    id: str

    @property
    def entity(self) -> str:
        return "AY" if self.party == "clearinghouse" else "PR"


@dataclass(frozen=True)
class Judged:
    """A claim with its number at the clearinghouse and the rule that decides it."""

    claim: Claim
    rule: Rule
    trace: str

    def refused_by(self, party: Party, outcome: str) -> bool:
        return self.rule.by == party and self.rule.outcome == outcome


@dataclass(frozen=True)
class Batch:
    """The claims of one transaction set that one party answers, in order."""

    source: Source
    st: TransactionSet
    claims: list[Judged]

    def refusal(self, level: str) -> Rule | None:
        """The rule of a claim that refuses the whole batch."""
        return next((one.rule for one in self.claims if one.refused_by(self.source.party, level)), None)

    def accepted(self) -> list[Judged]:
        """What this party takes."""
        if self.refusal("reject_batch"):
            return []
        return [one for _, claims in self.by_provider() for one in self.taken_of(claims)]

    def by_provider(self) -> list[tuple[int, list[Judged]]]:
        """The claims by billing provider, in the order of the set."""
        return [(key, list(claims)) for key, claims in groupby(self.claims, lambda one: one.claim.provider)]

    def taken_of(self, claims: list[Judged]) -> list[Judged]:
        """What is accepted of one provider's claims."""
        party = self.source.party
        if any(one.refused_by(party, "reject_provider") for one in claims):
            return []
        return [one for one in claims if not one.refused_by(party, "reject_claim")]


def write_277ca(envelope: Envelope, batches: list[Batch]) -> bytes:
    """A 277CA with one transaction set for each batch."""
    sets = [_Writer(envelope, batch, n).transaction_set() for n, batch in enumerate(batches, start=1)]
    return envelope.interchange(envelope.group("HN", VERSION, *sets), groups=1)


def clearinghouse_of(interchange: Interchange) -> Source:
    """The receiver of the interchange, who answers first."""
    return Source("clearinghouse", "CLEARINGHOUSE SIMULATOR", interchange.isa[8].strip())


def payer_claim_number(claim: Claim) -> str:
    """The payer's number of a claim: 13 digits, the same whenever the claim comes."""
    digest = sha256(f"{claim.payer_id}|{claim.number}".encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**13:013d}"


class _Writer:
    """Writes one transaction set: HL 20 source, 21 receiver, 19 provider, PT patient."""

    def __init__(self, envelope: Envelope, batch: Batch, ordinal: int) -> None:
        self._batch = batch
        self._day = f"{envelope.now:%Y%m%d}"
        self._time = f"{envelope.now:%H%M}"
        self._reference = f"{envelope.control:09d}{ordinal:03d}"
        self._ordinal = ordinal
        self._levels = 0
        self._body: list[Segment] = []

    def transaction_set(self) -> list[Segment]:
        source, refusal = self._batch.source, self._batch.refusal("reject_batch")
        self._add("BHT", "0085", "08", self._reference, self._day, self._time, "TH")
        top = self._level("", "20", "1")
        self._add("NM1", source.entity, "2", source.name, "", "", "", "", "46" if source.entity == "AY" else "PI")
        self._body[-1].append(source.id)
        self._add("TRN", "1", self._reference)
        self._add("DTP", "050", "D8", self._day)
        self._add("DTP", "009", "D8", self._day)
        receiver = self._level(top, "21", "0" if refusal else "1")
        self._body.append(_named("41", self._batch.st.submitter))
        self._add("TRN", "2", self._batch.st.batch_id)
        self._status(refusal, f"{_RECEIVED}:{source.entity}", self._batch.claims)
        self._totals("90", "AA", self._batch.accepted(), self._batch.claims)
        if not refusal:
            for provider, claims in self._batch.by_provider():
                self._provider(receiver, self._batch.st.providers[provider], claims)
        return transaction_set("277", self._ordinal, VERSION, self._body)

    def _provider(self, parent: str, name: Segment, claims: list[Judged]) -> None:
        party = self._batch.source.party
        refusal = next((one.rule for one in claims if one.refused_by(party, "reject_provider")), None)
        level = self._level(parent, "19", "0" if refusal else "1")
        self._body.append(_named("85", name))
        self._add("TRN", "1", "0")  # no number of this level came to us
        self._status(refusal, f"{_RECEIVED}:40", claims, dated=False)
        self._totals("QA", "QC", self._batch.taken_of(claims), claims)
        if not refusal:
            for one in claims:
                self._claim(level, one)

    def _claim(self, parent: str, one: Judged) -> None:
        party, claim = self._batch.source.party, one.claim
        refusal = one.rule if one.refused_by(party, "reject_claim") else None
        self._level(parent, "PT", "")
        self._add("NM1", "QC", "1", *(element(claim.patient, n) for n in range(3, 8)), "MI", claim.member_id)
        self._add("TRN", "2", claim.number)
        self._status(refusal, _TAKEN[party], [one])
        if party == "payer" and refusal is None:
            self._add("REF", "1K", payer_claim_number(claim))
        self._add("REF", "D9", one.trace)
        days = sorted(claim.days) or [self._day]
        same = days[0] == days[-1]
        self._add("DTP", "472", "D8" if same else "RD8", days[0] if same else f"{days[0]}-{days[-1]}")

    def _status(self, refusal: Rule | None, taken: str, claims: list[Judged], *, dated: bool = True) -> None:
        codes = (refusal.codes or [_DEFAULT_CODES[refusal.outcome]]) if refusal else [taken]
        total = amount(sum((one.claim.charge for one in claims), Decimal(0)))
        segment = ["STC", codes[0], self._day if dated else "", "U" if refusal else "WQ", total]
        if codes[1:]:
            segment += ["", "", "", "", "", *codes[1:]]
        self._body.append(segment)

    def _totals(self, taken: str, refused: str, accepted: list[Judged], claims: list[Judged]) -> None:
        for count, code in ((len(accepted), taken), (len(claims) - len(accepted), refused)):
            if count:
                self._add("QTY", code, str(count))
        whole = sum((one.claim.charge for one in claims), Decimal(0))
        money = sum((one.claim.charge for one in accepted), Decimal(0))
        if accepted:
            self._add("AMT", "YU", amount(money))
        if len(accepted) < len(claims):
            self._add("AMT", "YY", amount(whole - money))

    def _level(self, parent: str, code: str, children: str) -> str:
        self._levels += 1
        self._add("HL", str(self._levels), parent, code, children)
        return str(self._levels)

    def _add(self, *elements: str) -> None:
        self._body.append(list(elements))


def _named(entity: str, name: Segment) -> Segment:
    """NM1 of the 837 again: names and identifier as they came."""
    return ["NM1", entity, *(element(name, n) for n in range(2, 10))]
