"""YAML as plain Python, with the line of every value, and every scalar as the text that stands in the file.

PyYAML's loaders turn an unquoted ZIP of 02134 into the number 1116 and an NPI into an integer, and let the second of
two equal keys win silently. Nodes are therefore composed, not constructed: what a text means is for the schema to say.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

Place = tuple[str | int, ...]

NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Unreadable(Exception):
    """The text is no YAML of the kind that is read here; `line` counts from 1."""

    def __init__(self, line: int, said: str) -> None:
        super().__init__(said)
        self.line = line


@dataclass
class Marked:
    """`value`: dicts, lists, text, None. `lines`: the line of each value, by the keys and positions that lead to it."""

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of the value, or of the nearest one around it (for what is missing)."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def parse(text: str) -> Marked:
    """Raises: Unreadable."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, f"this is no YAML ({error.problem or error.context})") from None
    except yaml.YAMLError:
        raise Unreadable(1, "there is a character that YAML does not allow") from None
    marked = Marked()
    marked.value = _plain(root, (), marked.lines, ()) if root else None
    return marked


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int], around: tuple[yaml.Node, ...]) -> Any:
    line = lines.setdefault(place, node.start_mark.line + 1)
    if node in around:
        raise Unreadable(line, "a value must not contain itself")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, (*around, node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(part, (*place, at), lines, (*around, node)) for at, part in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return None if node.style is None and node.value in NULLS else node.value


def _mapping(
    node: yaml.MappingNode, place: Place, lines: dict[Place, int], around: tuple[yaml.Node, ...]
) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Unreadable(line, "a key must be a plain word")
        if key.value in mapping:
            raise Unreadable(line, f"'{key.value}' stands here a second time")
        # The key's line, not the value's: an alias and a nested value stand elsewhere.
        lines[(*place, key.value)] = line
        mapping[key.value] = _plain(value, (*place, key.value), lines, around)
    return mapping
