"""The verb as a whole: the same bytes twice, a finished week left alone, no patient on the page, proofs that fail."""

from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.runs import Step
from revcycle.watch.review import Proof, build
from tests.watch.review.books import LATER, MONDAY, SUNDAY, Books, at

NAME = "Quillfeather"


def furnish(books: Books, first: date = MONDAY) -> None:
    """A week with something in every part of the page, dated from its Monday on."""
    days = [first + timedelta(days=number) for number in range(7)]
    books.dated(first)
    clean = books.entered(days[0], served=days[0] - timedelta(days=3))
    stopped = books.entered(days[1], served=days[1] - timedelta(days=40))
    books.found(stopped, "ncci.ptp_never")
    books.found(
        stopped,
        "icd10.excludes1",
        "review",
        "overridden",
        overridden_by="kim",
        override_reason="documented",
        overridden_at=at(days[2]),
    )
    for one, payer in ((clean, "MEDICARE"), (stopped, "LARKSPUR")):
        claim = books.claim(one, payer)
        sent = books.sent(claim, one, at(days[3]))
        books.charged(one, days[3])
        books.assigned(one, claim, days[3])
        books.paid(one, claim, days[5], 7_000)
        remitted = books.remitted(claim, days[5], submission=sent.submission)
        books.owed(sent, at(days[4]))
        if one == stopped:
            books.rejected(sent, at(days[4]), edit="npi.check_digit", element="NM109")
            books.denied(remitted, claim, 5_000)
    books.item("biller", "rob", at(days[2]), closed=at(days[5]), by="rob")
    books.item("coder", "kim", at(days[2]), due_on=days[6], cause_kind="edits")


def test_the_same_week_from_the_same_tables_gives_the_same_bytes(books: Books) -> None:
    furnish(books)
    first, again = books.review(), books.review(name="again")
    assert first.sha256 == again.sha256
    assert first.counts == again.counts and first.holds and again.holds


def test_what_is_dated_after_the_week_leaves_its_page_alone(books: Books) -> None:
    furnish(books)
    before = books.review()
    furnish(books, LATER)
    furnish(books, LATER + timedelta(days=35))
    assert books.review(name="later").sha256 == before.sha256
    assert books.review(LATER, name="next").sha256 != before.sha256


def test_what_becomes_of_open_things_after_the_week_leaves_its_page_alone(books: Books) -> None:
    furnish(books)
    before = books.review()
    with books.engine.begin() as connection:
        for statement in (
            "UPDATE work_item SET state = 'closed', closed_at = :later WHERE closed_at IS NULL",
            "UPDATE expected_answer SET met_at = :later, met_by = 0 WHERE met_at IS NULL",
            "UPDATE finding SET state = 'overridden', overridden_by = 'lee', override_reason = 'late', "
            "overridden_at = :later WHERE state = 'open'",
            "UPDATE claim SET state = 'closed'",
            "UPDATE claim_submission SET closed_at = :later, closed_because = 'paid'",
        ):
            connection.execute(text(statement), {"later": at(LATER)})
    (one,) = [row for (row,) in rows(books, "SELECT encounter_id FROM finding WHERE rule = 'ncci.ptp_never'")]
    books.version(one, 2, LATER)
    assert books.review(name="later").sha256 == before.sha256


def test_an_entry_recorded_late_counts_in_the_week_it_is_dated_into(books: Books) -> None:
    furnish(books)
    before = books.review()
    books.charged(books.entered(LATER), SUNDAY)
    after = books.review(name="later")
    assert after.counts["charges_cents"] == before.counts["charges_cents"] + 12_000


def test_a_late_posting_of_an_old_payment_leaves_the_closed_month_alone(books: Books) -> None:
    one = books.entered(date(2026, 10, 5))
    claim = books.claim(one)
    books.charged(one, date(2026, 10, 5))
    books.assigned(one, claim, date(2026, 10, 5))
    october = books.page(date(2026, 10, 19))
    sides = ("remittance_clearing", "receivable.insurance")
    books.moved(
        "claim_payment", MONDAY, *sides, 3_000, effective=date(2026, 10, 12), encounter_id=one, credit_claim=claim
    )
    assert books.page(date(2026, 10, 19)) == october
    assert books.review().counts["payments_cents"] == 3_000


def test_an_empty_practice_has_a_page_too(books: Books) -> None:
    review = books.review()
    assert review.holds
    assert not any(review.counts.values())
    assert "Nothing in this week." in books.page()


def test_a_week_is_named_by_its_monday(books: Books) -> None:
    with pytest.raises(InputUnusable, match="2026-11-08 is a Sunday"):
        books.review(SUNDAY)


def test_a_week_is_over_at_midnight_of_the_practice_and_not_before(books: Books) -> None:
    step = Step("test", "test", "review")
    end = datetime(2026, 11, 9, 5, tzinfo=UTC)
    with pytest.raises(InputUnusable, match="not over in America/New_York"):
        build(books.engine, books.archive, week=MONDAY, now=end - timedelta(seconds=1), step=step)
    assert build(books.engine, books.archive, week=MONDAY, now=end, step=step).holds


def test_the_page_is_in_the_archive_and_named_in_the_run(books: Books) -> None:
    review = books.review()
    named = rows(
        books,
        """SELECT r.step, r.as_of, o.bytes FROM archive_object o JOIN run r ON r.id = o.run_id
                           WHERE o.sha256 = :sha""",
        sha=review.sha256,
    )
    assert named == [("review", SUNDAY, books.archive.path(review.sha256).stat().st_size)]


def test_the_page_needs_nothing_beside_it_and_is_well_formed(books: Books) -> None:
    furnish(books)
    page = books.page()
    for word in ("http", "<script", "@import", "url(", "@font-face", "<link", "<img"):
        assert word not in page
    body = page[page.index("<main>") : page.index("</main>") + len("</main>")]
    assert ElementTree.fromstring(body).tag == "main"


def test_no_patient_reaches_the_page_even_where_a_partner_wrote_one_into_a_code(books: Books) -> None:
    furnish(books)
    one = books.entered(MONDAY)
    claim = books.claim(one)
    sent = books.sent(claim, one, at(MONDAY))
    books.rejected(sent, at(MONDAY), codes=[NAME.upper()], element=f"{NAME} 1961-03-04")
    books.denied(books.remitted(claim, SUNDAY), claim, 100, reason=NAME)
    with books.engine.begin() as connection:
        connection.execute(text(f"UPDATE encounter SET source_encounter_id = '{NAME}-' || id"))
        connection.execute(text(f"UPDATE work_item SET detail = jsonb_build_object('name', '{NAME}')"))
        connection.execute(text(f"UPDATE work_event SET why = '{NAME}'"))
        connection.execute(text(f"UPDATE finding SET codes = ARRAY['{NAME}'], details = ARRAY['{NAME}']"))
        connection.execute(text(f"UPDATE charge_line SET note = '{NAME}'"))
        connection.execute(text(f"UPDATE received_file SET first_name = '{NAME}.txt'"))
    page, review = books.page(), books.review(name="again")
    assert "(no code)" in page
    for shown in (page, repr(review)):
        assert NAME.lower() not in shown.lower() and "1961" not in shown
    numbers = [
        number
        for (number,) in rows(
            books,
            """SELECT claim_number FROM claim UNION ALL
        SELECT patient_control_number FROM claim_submission""",
        )
    ]
    assert [number for number in numbers if f">{number}<" in page or f" {number} " in page] == []


@pytest.mark.parametrize("harm", ["damaged", "missing"])
def test_a_wrong_or_missing_object_breaks_a_proof_that_names_it_and_the_page_is_written_anyway(
    books: Books, harm: str
) -> None:
    furnish(books)
    sha = books.stored(b"as it was")
    whole = books.review()
    place = books.archive.path(sha)
    place.write_bytes(b"as it is") if harm == "damaged" else place.unlink()
    review = books.review(name="broken")
    (broken,) = [proof for proof in review.proofs if not proof.holds]
    assert f"{harm.capitalize()}: {sha}" in broken.detail
    assert whole.holds and not review.holds
    page = books.archive.path(review.sha256).read_text()
    assert sha in page and "1 of 3 proofs do not hold" in page and "broken" in page
    assert review.counts == whole.counts


def test_an_object_without_a_row_is_hashed_too(books: Books) -> None:
    sha = books.archive.put(b"an orphan")
    assert books.review().holds
    books.archive.path(sha).write_bytes(b"another")
    assert not books.review(name="again").holds


def test_what_was_hashed_is_counted_in_objects_and_bytes(books: Books) -> None:
    books.stored(b"12345")
    books.archive.put(b"678")
    review = books.review()
    assert (review.objects, review.bytes) == (2, 8)


def test_a_proof_made_elsewhere_stands_beside_the_others(books: Books) -> None:
    review = books.review(MONDAY, Proof("Every remittance clears", False, "Remittance 7 has 1 cent left."))
    assert not review.holds
    assert "Remittance 7 has 1 cent left." in books.archive.path(review.sha256).read_text()


def test_what_comes_from_the_tables_is_text_and_never_markup(books: Books) -> None:
    books.item("coder", "<script>kim</script>", at(MONDAY))
    review = books.review(MONDAY, Proof("a < b", False, "<b>bold</b>"))
    page = books.archive.path(review.sha256).read_text()
    assert "<script" not in page and "<b>" not in page
    assert "&lt;script&gt;kim" in page and "a &lt; b" in page


def rows(books: Books, query: str, **asked: object) -> list[tuple[object, ...]]:
    with books.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), asked)]
