"""The 999 (005010X231A1): what became of each transaction set. pyx12 finds the errors, the scenario may add its own.

AK905 1: the group is not supported, 2: its version is not; IK502 5: segments of the set are in error.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from clearinghouse_simulator.interchange import Claim, Group, Segment, TransactionSet
from clearinghouse_simulator.scenario import Rule
from clearinghouse_simulator.validation import VERSIONS, GroupReport, SegmentError, SetReport
from clearinghouse_simulator.writing import Envelope, rendered, transaction_set

VERSION = "005010X231A1"
RuleOf = Callable[[Claim], Rule]
_ACCEPTED = ("A", "E")


@dataclass
class GroupVerdict:
    """The answer to one group. `codes` with `whole`: the group is refused and its sets are not looked at."""

    group: Group
    sets: list[SetReport] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    whole: bool = False

    @property
    def status(self) -> str:
        """AK901."""
        accepted = self.accepted
        if self.whole or self.codes or not accepted:
            return "R"
        if accepted < len(self.sets):
            return "P"
        return "E" if any(one.status == "E" for one in self.sets) else "A"

    @property
    def accepted(self) -> int:
        """AK904."""
        return sum(one.status in _ACCEPTED for one in self.sets)

    @property
    def forwarded(self) -> list[TransactionSet]:
        """The sets that go on to the payers."""
        if self.status == "R":
            return []
        return [st for st, report in zip(self.group.sets, self.sets, strict=True) if report.status in _ACCEPTED]


def judge_group(group: Group, report: GroupReport | None, rule_of: RuleOf) -> GroupVerdict:
    """The verdict on a group: by the scenario's rules, by its version, by pyx12 (whose report may be missing)."""
    rules = (rule_of(claim) for st in group.sets for claim in st.claims)
    refusing = next((rule for rule in rules if rule.outcome == "reject_group"), None)
    if refusing is not None:
        return GroupVerdict(group, codes=[refusing.error or "1"], whole=True)
    if group.code != "HC" or group.version not in VERSIONS:
        return GroupVerdict(group, codes=["2" if group.code == "HC" else "1"], whole=True)
    if report is None:
        return GroupVerdict(group, codes=["5"], whole=True)
    sets = [_judge_set(st, _report_on(st, report), rule_of) for st in group.sets]
    return GroupVerdict(group, sets, report.codes)


def _report_on(st: TransactionSet, report: GroupReport) -> SetReport:
    found = next((one for one in report.sets if one.control == st.control), None)
    if found is None:
        return SetReport(st.control, "R", ["5"])
    report.sets.remove(found)  # so that the next set of the same number meets its own
    return found


def _judge_set(st: TransactionSet, report: SetReport, rule_of: RuleOf) -> SetReport:
    for claim in st.claims:
        rule = rule_of(claim)
        if rule.outcome in ("reject_set", "warn_set"):
            report.errors.append(_named_error(claim, rule))
            report.codes = report.codes or ["5"]
            if rule.outcome == "reject_set" or report.status == "R":
                report.status = "R"
            else:
                report.status = "E"
    return report


def _named_error(claim: Claim, rule: Rule) -> SegmentError:
    error = SegmentError(["IK3", rule.segment, str(claim.clm), "2300", rule.error or "8"])
    if rule.element is not None and rule.error in (None, "8"):
        error.ik4.append(["IK4", str(rule.element), "", rule.element_error])
    return error


def write_999(envelope: Envelope, verdicts: list[GroupVerdict], ta1: Segment | None) -> bytes:
    """A 999 for all groups of the interchange, one transaction set each; a TA1 before it where one is given."""
    sets = [transaction_set("999", n, VERSION, _body(one)) for n, one in enumerate(verdicts, start=1)]
    before = rendered([ta1]) if ta1 else b""
    return envelope.interchange(before, envelope.group("FA", VERSION, *sets), groups=1)


def _body(verdict: GroupVerdict) -> list[Segment]:
    group = verdict.group
    body = [["AK1", group.code, group.control, group.version]]
    for st, report in zip(group.sets, verdict.sets, strict=False):  # a group refused as a whole reports no set
        body.append(["AK2", "837", st.control, st.version])
        for error in report.errors:
            body += _error(st, error)
        body.append(["IK5", report.status, *report.codes])
    count = str(len(group.sets))
    return [*body, ["AK9", verdict.status, count, count, str(verdict.accepted), *verdict.codes]]


def _error(st: TransactionSet, error: SegmentError) -> list[Segment]:
    claim = st.claim_at(error.position)
    context = [["CTX", f"CLM01:{claim.number}"]] if claim else []
    return [error.ik3, *context, *error.ik4]
