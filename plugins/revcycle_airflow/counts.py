"""What a step did, as counts: plain values for XCom, and the table at the end of the task's log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any


def plain(outcome: Any) -> Any:
    """A verb's outcome as XCom keeps it: dictionaries and lists of whole numbers.

    Raises: TypeError for anything else, because text that a verb hands back may be a patient's data.
    """
    if is_dataclass(outcome) and not isinstance(outcome, type):
        return plain(asdict(outcome))
    if isinstance(outcome, Mapping):
        return {name: plain(part) for name, part in outcome.items()}
    if isinstance(outcome, list | tuple):
        return [plain(part) for part in outcome]
    if isinstance(outcome, int):
        return outcome
    raise TypeError(f"a step returns counts only, and got a {type(outcome).__name__}")


def table(counts: Mapping[str, Any]) -> list[str]:
    """The counts in two columns, a line each; a group of counts (by rule) follows under its name, in order of names."""
    rows = list(_rows(counts))
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name:<{width}}  {value:>10,}" if value is not None else name for name, value in rows]


def _rows(counts: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    for name, value in counts.items():
        if not isinstance(value, Mapping):
            yield name.replace("_", " "), int(value)
    for name, group in counts.items():
        if isinstance(group, Mapping) and group:
            yield name.replace("_", " ") + ":", None
            yield from ((f"  {part}", int(number)) for part, number in sorted(group.items()))
