"""What would become of a remittance file, judged by the file alone: nothing is written, no database is asked."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from revcycle.cycle.remittance.outcome import FILE, NOTIFICATION, QUARANTINED, READY, Outcome
from revcycle.foundation.x12.file_bytes import FileBytes
from revcycle.foundation.x12.remittance import RemittanceReader, RemittanceSet
from revcycle.foundation.x12.segments import Problem, UnreadableFile

_CHUNK = 1024 * 1024


def judge_file(path: Path) -> Iterator[Outcome]:
    """One outcome a transaction set, in order of the file, and one for its envelope where that has problems.

    A file that cannot be taken apart, or holds no set, is one outcome, quarantined.
    """
    with FileBytes(path) as data:
        sha256 = _sha256(data)
        reader = RemittanceReader(data)
        try:
            for _ in reader:
                pass  # the verdicts are wanted, not the rows
        except UnreadableFile as unreadable:
            problem = Problem(0, 0, unreadable.code, str(unreadable))
            yield Outcome(path.name, sha256, QUARANTINED, problems=[problem])
            return
    problems = defaultdict(list)
    for problem in reader.problems:
        problems[problem.st_index].append(problem)
    for st in reader.sets:
        yield Outcome(path.name, sha256, _status(st), st, problems=problems[st.index])
    if problems[0]:
        yield Outcome(path.name, sha256, FILE if reader.sets else QUARANTINED, problems=problems[0])


def _status(st: RemittanceSet) -> str:
    """BPR02 = 0 moves no cash: its claims and provider adjustments are applied all the same."""
    if not st.sound:
        return QUARANTINED
    return READY if st.amount_cents else NOTIFICATION


def _sha256(data: FileBytes) -> str:
    digest = hashlib.sha256()
    for at in range(0, len(data), _CHUNK):
        digest.update(data[at : at + _CHUNK])
    return digest.hexdigest()
