"""docker-compose.yaml and the Dockerfile, read as far as the checks need them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "/opt/revcycle"  # where the image has the checkout
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<sort>:-|:\?)(?P<rest>[^}]*))?\}")


@dataclass(frozen=True)
class Files:
    """The two texts; `services` as Compose sees them after the merges, before any variable is put in."""

    compose: str
    dockerfile: str

    @classmethod
    def of_the_checkout(cls) -> "Files":
        return cls((ROOT / "docker-compose.yaml").read_text(), (ROOT / "Dockerfile").read_text())

    @cached_property
    def document(self) -> dict[str, Any]:
        return dict(yaml.safe_load(self.compose))

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        return dict(self.document["services"])

    @cached_property
    def instructions(self) -> list[tuple[str, str]]:
        """The Dockerfile's instructions in order, continued lines joined."""
        joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", self.dockerfile))
        words = (line.split(maxsplit=1) for line in joined.splitlines() if line.strip())
        return [(name, rest) for name, rest in words]

    @cached_property
    def image_environment(self) -> dict[str, str]:
        pairs = [pair for name, rest in self.instructions if name == "ENV" for pair in rest.split()]
        return dict(pair.split("=", 1) for pair in pairs)

    def runs_ours(self, service: str) -> bool:
        """Whether a service is one of our own image."""
        return str(self.services[service]["image"]).startswith("revcycle:")

    def environment(self, service: str) -> dict[str, str]:
        """What a process of the service finds, every variable of .env put in."""
        given = self.services[service].get("environment", {})
        image = self.image_environment if self.runs_ours(service) else {}
        return image | {name: put_in(str(value)) for name, value in given.items()}

    def mounts(self, service: str) -> dict[str, str]:
        """Source by target."""
        return dict(map(_mount, self.services[service].get("volumes", [])))

    def commands(self, service: str) -> Iterator[list[str]]:
        """What the service runs, and what its health check runs."""
        spec = self.services[service]
        yield [*spec.get("entrypoint", []), *spec.get("command", [])]
        kind, *words = spec.get("healthcheck", {}).get("test", ["CMD"])
        if words:
            yield words if kind == "CMD" else ["sh", "-c", *words]


def put_in(text: str) -> str:
    """A text as Compose hands it on: each variable's default, or its own name where .env must have it."""
    return VARIABLE.sub(lambda found: found["rest"] if found["sort"] == ":-" else found["name"], text).replace(
        "$$", "$"
    )


def in_checkout(path: str) -> Path | None:
    """The file of this checkout behind a path of the image; None for a path elsewhere."""
    return ROOT / path.removeprefix(SOURCE).lstrip("/") if path.startswith(SOURCE) else None


def _mount(spec: str | dict[str, Any]) -> tuple[str, str]:
    if isinstance(spec, dict):
        return str(spec["target"]), str(spec["source"])
    source, target = spec.split(":")[:2]
    return target, source
