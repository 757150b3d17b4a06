"""What is wrong in a file, in order, with an end to it: a file of nothing but faults must not fill the memory."""

from collections import Counter

from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet
from revcycle.foundation.x12.segments import Problem

LISTED = 100


class ProblemLog:
    """Lists a hundred problems of one kind in a set and counts the rest; a fatal one spoils its set."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._seen: Counter[tuple[int, str, str]] = Counter()
        self._unlisted: dict[tuple[int, str, str], Problem] = {}

    def say(
        self,
        st: RemittanceSet | None,
        segment: int,
        code: str,
        reason: str,
        *,
        expected: str = "",
        found: str = "",
        fatal: bool = True,
    ) -> None:
        """Note a problem of a set, or of the envelope where `st` is None. `reason` names the kind, never a value."""
        index = st.index if st else 0
        if st and fatal:
            st.sound = False
        kind = (index, code, reason)
        self._seen[kind] += 1
        problem = Problem(index, segment, code, reason, expected, found, fatal and st is not None)
        if self._seen[kind] <= LISTED:
            self.problems.append(problem)
        else:
            self._unlisted.setdefault(kind, problem)

    def more(self, st: RemittanceSet | None, code: str, reason: str, count: int) -> None:
        """As many more of a kind that is told `LISTED` times and once again already."""
        self._seen[st.index if st else 0, code, reason] += count

    def close(self, st: RemittanceSet | None) -> None:
        """No more will be said of this set, or of the envelope: name how many problems were not listed."""
        index = st.index if st else 0
        for kind in [kind for kind in self._seen if kind[0] == index]:
            count = self._seen.pop(kind) - LISTED
            if unlisted := self._unlisted.pop(kind, None):
                rest = f"{unlisted.reason} ({count} such segments from here on)"
                self.problems.append(Problem(index, unlisted.segment, unlisted.code, rest, fatal=unlisted.fatal))
