"""A YAML file checked against a schema; what is wrong is said with file, line and key."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


class ScenarioUnusable(Exception):
    """A scenario that cannot be used; the sentence names file, line and key."""


class _TextLoader(yaml.SafeLoader):
    """Every scalar but null as its text: else YAML reads the key `on` as true and the note 023 as 19."""


_TextLoader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def checked(model: type[Model], path: Path) -> Model:
    """The file as the model.

    Raises: ScenarioUnusable.
    """
    try:
        text = path.read_text("utf-8")
        root = yaml.compose(text, _TextLoader)
        value = yaml.load(text, _TextLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioUnusable(f"{path}: cannot be read ({error}).") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioUnusable(f"{path}, line {line}: this is no YAML ({error.problem}).") from None
    try:
        return model.model_validate({} if value is None else value)
    except ValidationError as error:
        raise ScenarioUnusable(f"{path}, {_sentence(error, root)}") from None


def checked_value(model: type[Model], value: object) -> Model:
    """A value of Python as the model.

    Raises: ScenarioUnusable.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ScenarioUnusable(_sentence(error, None)) from None


def _sentence(error: ValidationError, root: yaml.Node | None) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = first["loc"]
    key = ".".join(str(part) for part in place) or "the file"
    line = f"line {_line(root, place)}, " if root is not None else ""
    return f"{line}{key}: {first['msg'].removeprefix('Value error, ')}."


def _line(node: yaml.Node, place: tuple[int | str, ...]) -> int:
    """The line of the key, or of the nearest thing around it."""
    line: int = node.start_mark.line + 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                continue  # a choice of the schema, no key of the file
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
