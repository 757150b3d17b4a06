"""Pieces of HTML; every text that goes in is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape

Row = Sequence[object]


def tag(name: str, content: object, style: str = "") -> str:
    """An element around a text."""
    return around(name, escape(str(content)), style)


def around(name: str, content: str, style: str = "") -> str:
    """An element around HTML of ours."""
    attribute = f' class="{style}"' if style else ""
    return f"<{name}{attribute}>{content}</{name}>"


def table(head: Row, rows: Iterable[Row], *, words: Sequence[int] = (), styles: Sequence[str] = ()) -> str:
    """A table; columns in `words` hold text and stand left like the first. `styles` are those of the rows, in order.

    Where there is no row it says so, so that nothing looks forgotten.
    """
    listed = list(rows)
    if not listed:
        return tag("p", "Nothing in this week.", "muted")
    lines = [around("tr", _cells("th", head, words))]
    for index, row in enumerate(listed):
        lines.append(around("tr", _cells("td", row, words), styles[index] if index < len(styles) else ""))
    return around("div", around("table", "".join(lines)), "scroll")


def section(title: str, about: str, *content: str) -> str:
    """A part of the page: what it is about in one paragraph, then its charts and tables."""
    return around("section", tag("h2", title) + tag("p", about, "about") + "".join(content))


def key(entries: Iterable[tuple[str, str]]) -> str:
    """What the colours mean: (css class, words)."""
    box = '<svg viewBox="0 0 12 12"><rect class="{}" width="12" height="12"/></svg>'
    return around("div", "".join(around("span", box.format(style) + escape(said)) for style, said in entries), "key")


def _cells(name: str, row: Row, words: Sequence[int]) -> str:
    return "".join(tag(name, cell, "words" if index in words else "") for index, cell in enumerate(row))
