"""The page: one HTML file that needs nothing beside it. It has no clock and no key of ours, so it can be made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from revcycle.watch.review import sections
from revcycle.watch.review.charts import trend
from revcycle.watch.review.figures import Figures
from revcycle.watch.review.markup import around, section, tag
from revcycle.watch.review.pace import Lag
from revcycle.watch.review.proofs import Proof
from revcycle.watch.review.quality import Share
from revcycle.watch.review.style import STYLE
from revcycle.watch.review.wording import NOTHING, day, number, per_mille, percent, short

PARTS = (
    sections.roll_forward,
    sections.ageing,
    sections.refused,
    sections.edits,
    sections.owed,
    sections.pace,
)


@dataclass(frozen=True)
class Tile:
    """One headline figure, what it is made of, and how it went over the weeks."""

    name: str
    value: str
    note: str
    trend: Sequence[int | None]


def page(found: Figures, proofs: Sequence[Proof]) -> str:
    """The review of a week as HTML."""
    week = found.week
    title = f"Weekly review, {day(week.monday)} to {day(week.sunday)}"
    body = [
        tag("h1", title),
        tag(
            "p",
            f"Figures as of the end of {day(week.sunday)} in {week.zone.key}, with the twelve weeks before. Money in "
            "dollars; nothing here is about a single patient.",
            "muted",
        ),
        _verdict(proofs),
        around("div", "".join(map(_tile, _tiles(found))), "tiles"),
        *(part(found) for part in PARTS),
        _proofs(found, proofs),
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    main = around("main", "\n".join(body))
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>{main}</body></html>\n'


def _verdict(proofs: Sequence[Proof]) -> str:
    failed = [proof for proof in proofs if not proof.holds]
    if not failed:
        return tag("div", f"All {len(proofs)} proofs hold.", "verdict good")
    said = escape(f"{len(failed)} of {len(proofs)} proofs do not hold.")
    named = "".join(tag("p", f"Not so: {proof.name}. {proof.detail}") for proof in failed)
    return around("div", said + named, "verdict bad")


def _proofs(found: Figures, proofs: Sequence[Proof]) -> str:
    items = []
    for proof in proofs:
        mark = tag("span", "holds" if proof.holds else "broken", f"mark {'good' if proof.holds else 'bad'}")
        items.append(around("li", mark + escape(proof.name) + (tag("p", proof.detail) if proof.detail else "")))
    kept = found.registered
    return section(
        "Proofs",
        "Made of what stands now, when the page is built. Every object of the archive is hashed again; by the week's "
        f"end it had {number(kept.objects)} objects of {number(kept.bytes)} bytes.",
        around("ul", "".join(items), "proofs"),
    )


def _tiles(found: Figures) -> list[Tile]:
    money, mondays = found.receivable, [week.monday for week in found.weeks]
    week, refusals = money.weeks[-1], found.refusals
    over_90 = sum(row.ages[3] + row.ages[4] for row in money.ages)
    aged = sum(sum(row.ages) for row in money.ages)
    clean, passed = (found.clean.get(mondays[-1]), found.first_pass.get(mondays[-1]))
    denied, rejected = refusals.denied.get(mondays[-1], 0), refusals.rejected.get(mondays[-1], 0)
    late, before = found.overdue_before.get(mondays[-1], 0), found.overdue_before.get(mondays[-2], 0)
    return [
        Tile(
            "A/R at the week's end",
            short(week.closing),
            f"{_signed(week.closing - week.opening)} in the week",
            [row.closing for row in money.weeks],
        ),
        Tile("Days in A/R", number(money.days[-1]), f"over 90 days old: {per_mille(_part(over_90, aged))}", money.days),
        Tile("Paid", short(week.payments), f"charged {short(week.charges)}", [row.payments for row in money.weeks]),
        Tile("Clean-claim rate", percent(clean), _of(clean, "encounters"), _rates(found.clean, mondays)),
        Tile("First-pass rate", percent(passed), _of(passed, "claims decided"), _rates(found.first_pass, mondays)),
        Tile(
            "Rejected and denied",
            f"{number(rejected)} · {short(denied)}",
            "claims rejected · amount denied",
            [refusals.denied.get(monday, 0) for monday in mondays],
        ),
        Tile(
            "Answers overdue",
            number(late),
            f"{number(before)} a week before",
            [found.overdue_before.get(monday, 0) for monday in mondays],
        ),
        Tile(
            "Days from coding to sending",
            _median(found.pace.sending, mondays[-1]),
            f"service to coding: {_median(found.pace.coding, mondays[-1])}",
            [lag.median if (lag := found.pace.sending.get(monday)) else None for monday in mondays],
        ),
    ]


def _tile(tile: Tile) -> str:
    parts = (tag("div", tile.name, "name"), tag("div", tile.value, "value"), tag("div", tile.note, "note"))
    return around("div", "".join(parts) + trend(f"{tile.name}, thirteen weeks", tile.trend), "tile")


def _signed(cents: int) -> str:
    return ("+" if cents >= 0 else "") + short(cents)


def _part(some: int, of: int) -> int | None:
    return 1000 * some // of if of else None


def _of(share: Share | None, what: str) -> str:
    return f"{number(share.good)} of {number(share.total)} {what}" if share else f"no {what}"


def _rates(shares: Mapping[date, Share], mondays: Sequence[date]) -> list[int | None]:
    return [shares[monday].per_mille if monday in shares else None for monday in mondays]


def _median(lags: Mapping[date, Lag], monday: date) -> str:
    return number(lags[monday].median) if monday in lags else NOTHING
