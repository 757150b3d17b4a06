"""Charts as inline SVG of our own: the same figures give the same bytes, in the colours of the page around them.

Coordinates are whole numbers of a fixed drawing area; the browser scales it. What a chart shows is in a table as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 1078  # of the page, so that a text in a chart is as large as one beside it


@dataclass(frozen=True)
class Bar:
    """One bar: its parts as (css class, size >= 0), what it is called, and what is written at its end."""

    label: str
    parts: Sequence[tuple[str, int]]
    told: str


@dataclass(frozen=True)
class Move:
    """One column of a waterfall: a balance stands on the ground, a change hangs where the last one ended."""

    label: str
    cents: int
    told: str
    balance: bool = False


def bars(title: str, rows: Sequence[Bar], *, width: int = WIDTH, label: int = 180, told: int = 90) -> str:
    """Horizontal bars, stacked where one has several parts, all on the same scale."""
    room, line = width - label - told, 28
    most = max((sum(size for _, size in row.parts) for row in rows), default=0) or 1
    drawn = []
    for index, row in enumerate(rows):
        top, left = index * line, label
        drawn.append(_text(label - 8, top + 17, row.label, "end"))
        for style, size in row.parts:
            if size:
                long = max(size * room // most, 1)
                drawn.append(_box(left, top + 4, long, line - 8, style))
                left += long
        drawn.append(_text(left + 6, top + 17, row.told, style="muted"))
    return _svg(title, len(rows) * line, drawn, width=width) if rows else ""


def waterfall(title: str, moves: Sequence[Move]) -> str:
    """Columns from the opening to the closing balance; what raises the balance and what lowers it have two colours."""
    height, floor, top = 270, 232, 24
    spans = list(_spans(moves))
    low, high = min(0, *(span[0] for span in spans)), max(1, *(span[1] for span in spans))
    zero = floor - (0 - low) * (floor - top) // (high - low)
    step = WIDTH // len(moves)
    drawn = [_line(0, zero, WIDTH, zero)]
    for index, (move, (bottom, up)) in enumerate(zip(moves, spans, strict=True)):
        upper, lower = (floor - (level - low) * (floor - top) // (high - low) for level in (up, bottom))
        left, width = index * step + step // 6, step * 2 // 3
        style = "balance" if move.balance else "raises" if move.cents >= 0 else "lowers"
        drawn.append(_box(left, upper, width, max(lower - upper, 1), style))
        drawn.append(_text(left + width // 2, upper - 6, move.told, "middle"))
        drawn.append(_text(left + width // 2, height - 14, move.label, "middle", "muted"))
        if index + 1 < len(moves):
            level = upper if move.balance or move.cents >= 0 else lower
            drawn.append(_line(left + width, level, left + step, level, "dashed"))
    return _svg(title, height, drawn)


def trend(title: str, values: Sequence[int | None], *, width: int = 240, height: int = 48) -> str:
    """A line over the weeks, the last of them marked; it breaks where a week has no figure."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (width - 12) // max(len(values) - 1, 1)

    def at(index: int, value: int) -> tuple[int, int]:
        return 6 + index * step, height - 6 - (value - low) * (height - 12) // max(high - low, 1)

    places = [None if value is None else at(index, value) for index, value in enumerate(values)]
    path, drawing = [], False
    for place in places:
        path += [f"{'L' if drawing else 'M'}{place[0]} {place[1]}"] if place else []
        drawing = place is not None
    drawn = [f'<path class="trend" d="{" ".join(path)}"/>']
    if last := places[-1]:
        drawn.append(f'<circle class="now" cx="{last[0]}" cy="{last[1]}" r="4"/>')
    return _svg(title, height, drawn, width=width, style="spark")


def _spans(moves: Sequence[Move]) -> list[tuple[int, int]]:
    """The lower and upper end of each column."""
    spans, level = [], 0
    for move in moves:
        start = 0 if move.balance else level
        level = start + move.cents
        spans.append((min(start, level), max(start, level)))
    return spans


def _svg(title: str, height: int, drawn: Sequence[str], *, width: int = WIDTH, style: str = "chart") -> str:
    head = f'<svg class="{style}" viewBox="0 0 {width} {height}" role="img"><title>{escape(title)}</title>'
    return f"{head}{''.join(drawn)}</svg>"


def _box(left: int, top: int, width: int, height: int, style: str) -> str:
    return f'<rect class="{style}" x="{left}" y="{top}" width="{width}" height="{height}"/>'


def _line(left: int, top: int, right: int, bottom: int, style: str = "axis") -> str:
    return f'<line class="{style}" x1="{left}" y1="{top}" x2="{right}" y2="{bottom}"/>'


def _text(left: int, top: int, said: str, anchor: str = "start", style: str = "ink") -> str:
    return f'<text class="{style}" x="{left}" y="{top}" text-anchor="{anchor}">{escape(said)}</text>'
