"""What the last `up` was asked for: the supervisor starts parts again with the same."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from revcycle.foundation.state import State
from revcycle.local.secrets import write_private

Role = Literal["viewer", "user", "op", "admin"]
DEFAULT_PORT = 8080
ADMIN = "admin"


@dataclass(frozen=True)
class Settings:
    """The UI's port on 127.0.0.1, the practice's time zone (empty: not set up yet), who may log in with which role of
    Airflow's simple auth manager, and the simulated clearinghouse's port (0: none)."""

    port: int = DEFAULT_PORT
    time_zone: str = ""
    users: Mapping[str, Role] = field(default_factory=lambda: {ADMIN: "admin"})
    simulator_port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def read_settings(state: State) -> Settings:
    """The settings of the last start, or the defaults where nothing was started yet."""
    path = state.root / "services.json"
    return Settings(**json.loads(path.read_text())) if path.exists() else Settings()


def write_settings(state: State, settings: Settings) -> None:
    write_private(state.root / "services.json", json.dumps(asdict(settings), indent=1))
