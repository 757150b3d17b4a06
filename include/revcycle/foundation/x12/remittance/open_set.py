"""A set between its ST and its SE: what one window leaves to the next."""

from dataclasses import dataclass, field

from revcycle.foundation.x12.fixed_point import decimal
from revcycle.foundation.x12.remittance.body import Body
from revcycle.foundation.x12.remittance.header import Header
from revcycle.foundation.x12.remittance.problem_log import ProblemLog
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet


@dataclass
class OpenSet:
    """`details` counts those outside every claim; `first_plb` is a segment number, 0 before there is one."""

    st: RemittanceSet
    header: Header
    body: Body = field(default_factory=Body)
    details: int = 0
    provider_adjustments: int = 0
    first_plb: int = 0
    claims_behind: bool = False

    def close(self, log: ProblemLog) -> None:
        """The set was read to its end: what is missing in it, and whether it balances."""
        self.st.body_sha256 = self.body.sha256()
        if self.st.readable:
            self.header.close()
            self._check_balance(log)
        log.close(self.st)

    def _check_balance(self, log: ProblemLog) -> None:
        """BPR02 = sum of CLP04 - sum of PLB."""
        st = self.st
        expected = st.paid_cents - st.provider_adjustment_cents
        if self.header.payment and st.amount_cents != expected:
            found = "" if st.amount_cents is None else decimal(st.amount_cents)
            code, reason = "balance.transaction", "BPR02 is not what the claims pay less the provider adjustments"
            log.say(st, self.header.payment, code, reason, expected=decimal(expected), found=found)
