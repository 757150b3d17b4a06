"""Whatever is charged, assigned, paid, passed on and taken back, in whatever order, every invariant holds."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.foundation.ledger.books import INSURANCE, UNBILLED, Books, Move, Pays

CENTS = st.integers(min_value=-500_00, max_value=500_00)
EARNED = st.integers(min_value=0, max_value=500_00)
WHICH = st.integers(min_value=0, max_value=9)
STEPS = st.one_of(
    st.tuples(st.just("charge"), EARNED),
    st.tuples(st.just("change"), WHICH, EARNED),
    st.tuples(st.just("claim"), WHICH, EARNED),
    st.tuples(st.just("correct"), WHICH, EARNED),
    st.tuples(st.just("pay"), WHICH, CENTS, CENTS, CENTS, st.booleans()),
    st.tuples(st.just("suspend"), st.integers(min_value=1, max_value=500_00), EARNED),
    st.tuples(st.just("undo"), WHICH),
    st.tuples(st.just("record again"), WHICH),
)


class Practice:
    """Carries out steps; a place beyond the end counts round."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.encounters: list[int] = []
        self.claims: list[int] = []
        self.next: dict[int, int] = {}
        self.payments: list[int] = []

    def take(self, step: tuple) -> None:
        name, *rest = step
        getattr(self, name.replace(" ", "_"))(*rest)

    def charge(self, cents: int) -> None:
        self.encounters.append(self.books.encounter(cents))

    def change(self, which: int, cents: int) -> None:
        if self.encounters:
            self.books.version(self.encounters[which % len(self.encounters)], cents)

    def claim(self, which: int, cents: int) -> None:
        if self.encounters:
            encounter = self.encounters[which % len(self.encounters)]
            self.claims.append(self.books.claim(encounter, cents, split=len(self.claims) + 1))

    def correct(self, which: int, cents: int) -> None:
        if self.claims:
            self.books.assign(self.claims[which % len(self.claims)], cents)

    def pay(self, which: int, paid: int, adjusted: int, share: int, passed_on: bool) -> None:
        if not self.claims:
            return
        claim = self.claims[which % len(self.claims)]
        if passed_on and claim not in self.next:
            encounter = self.books.value(f"SELECT encounter_id FROM claim WHERE id = {claim}")
            self.next[claim] = self.books.claim(encounter, 0, prior=claim, split=len(self.next) + 1)
        onward = self.next.get(claim) if passed_on else None
        self.payments.append(self.books.pay(Pays(claim, paid, adjusted, share, onward)))

    def suspend(self, unmatched: int, withheld: int) -> None:
        self.payments.append(self.books.pay(unmatched=unmatched, withheld=withheld))

    def undo(self, which: int) -> None:
        if self.payments:
            self.books.undo(self.payments[which % len(self.payments)])

    def record_again(self, which: int) -> None:
        """An entry that stands, with whatever transfers: it is known by its key, and nothing of it is written."""
        if self.encounters:
            one = self.encounters[which % len(self.encounters)]
            assert self.books.move("charge", "encounter", one, [Move(INSURANCE, UNBILLED, 7_00, one)]) == 0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=12))
def test_every_invariant_holds_after_any_steps(books: Books, steps: list[tuple]) -> None:
    practice = Practice(books)
    for step in steps:
        practice.take(step)
    assert books.broken() == set()
