"""The clearinghouse: reads a file that was taken, has it judged, remembers it and its answers."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from clearinghouse_simulator.answers import Prepared, prepare
from clearinghouse_simulator.conditions import Arrival
from clearinghouse_simulator.interchange import Interchange, NoInterchange, read
from clearinghouse_simulator.interchange_acknowledgment import NO_ERROR
from clearinghouse_simulator.judgement import Judgement, judge
from clearinghouse_simulator.mailbox import Mailbox
from clearinghouse_simulator.memory import FileRecord, Memory
from clearinghouse_simulator.payments.billed import BilledClaim
from clearinghouse_simulator.payments.steps import Promise, promise
from clearinghouse_simulator.scenario import Scenario
from clearinghouse_simulator.writing import Envelope

log = logging.getLogger(__name__)


class Clearinghouse:
    """Answers one file after the other. `scenario` and `now` are asked for each file."""

    def __init__(
        self, mailbox: Mailbox, memory: Memory, scenario: Callable[[], Scenario], now: Callable[[], datetime]
    ) -> None:
        self._mailbox = mailbox
        self._memory = memory
        self._scenario = scenario
        self._now = now

    def answer(self, taken: Path) -> None:
        """Prepare the answers of a taken file. A second call for the same file only puts it away."""
        if not self._memory.knows(taken.name):
            self._answer(taken)
        self._mailbox.keep(taken)

    def _answer(self, taken: Path) -> None:
        data = taken.read_bytes()
        try:
            interchange = read(data)
        except NoInterchange:
            file_id = self._memory.record(_record(taken, data, None, None), [], time.time())
            log.info("file %d: %d bytes, no interchange, not answered", file_id, len(data))
            return
        nth_file = self._memory.files_so_far() + 1
        scenario, before = self._scenario(), self._memory.claims_so_far()
        judgement = judge(
            data,
            interchange,
            scenario,
            nth_file=nth_file,
            claims_before=before,
            seen_before=self._memory.seen(interchange.sender, interchange.control),
        )
        claims = [
            (one.claim, Arrival(nth_claim=before + n, nth_file=nth_file)) for n, one in enumerate(judgement.claims, 1)
        ]
        delivery = scenario.delivery_for(claims, nth_file)
        now = self._now()
        answers = prepare(
            judgement,
            scenario,
            delivery,
            lambda number: Envelope(interchange, number, now),
            first=self._memory.numbers_so_far() + 1,
        )
        record = _record(taken, data, interchange, judgement)
        arrivals = {id(claim): arrival for claim, arrival in claims}
        promises = _promises(judgement, interchange, scenario, arrivals, now)
        self._log(self._memory.record(record, answers, time.time(), promises), record, judgement, answers)

    def _log(self, file_id: int, record: FileRecord, judgement: Judgement, answers: list[Prepared]) -> None:
        accepted = sum(taken for _, taken in record.claims)
        log.info(
            "file %d: %d bytes, interchange %s, note %s, %d of %d claims accepted, %d answers",
            *(file_id, record.size, record.isa13, judgement.note, accepted, len(record.claims), len(answers)),
        )


def _promises(
    judgement: Judgement, interchange: Interchange, scenario: Scenario, arrivals: dict[int, Arrival], now: datetime
) -> list[Promise]:
    """What the payers will do about the claims they took; nothing where the scenario has no payments."""
    payments = scenario.payments
    if payments is None:
        return []
    taken = [(one.claim, batch.st) for batches in judgement.payers for batch in batches for one in batch.accepted()]
    return [
        promise(
            BilledClaim.of(claim, st, interchange.isa, now),
            payments.rule_for(claim, arrivals[id(claim)], scenario.seed),
            payments,
            now,
        )
        for claim, st in taken
    ]


def _record(taken: Path, data: bytes, interchange: Interchange | None, judgement: Judgement | None) -> FileRecord:
    accepted = {id(one.claim) for one in judgement.accepted} if judgement else set()
    claims = [(one.claim.number, id(one.claim) in accepted) for one in judgement.claims] if judgement else []
    return FileRecord(
        stored=taken.name,
        name=taken.name.partition("-")[2],
        sha256=sha256(data).hexdigest(),
        size=len(data),
        sender=interchange.sender if interchange else "",
        isa13=interchange.control if interchange else "",
        usage=interchange.usage if interchange else "",
        verdict=_verdict(judgement, claims),
        taken=judgement is not None and judgement.note == NO_ERROR,
        claims=claims,
    )


def _verdict(judgement: Judgement | None, claims: list[tuple[str, bool]]) -> str:
    if judgement is None:
        return "unreadable"
    accepted = sum(taken for _, taken in claims)
    if not accepted:
        return "refused"
    return "accepted" if accepted == len(claims) else "partial"
