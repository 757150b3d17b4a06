"""The state folder: everything Revcycle writes on this machine stands below it."""

import os
from dataclasses import dataclass
from pathlib import Path

from revcycle.foundation.errors import InputUnusable

CHECKOUT = Path(__file__).resolve().parents[3]
DEFAULT_NAME = ".revcycle"


@dataclass(frozen=True)
class State:
    """Paths below one state folder. Two states side by side share nothing but the checkout's environment."""

    root: Path

    @classmethod
    def of(cls, given: str | Path | None = None) -> "State":
        """The folder named by `--state`, else by REVCYCLE_STATE, else `.revcycle` of the checkout."""
        named = given or os.environ.get("REVCYCLE_STATE") or CHECKOUT / DEFAULT_NAME
        return cls(Path(named).expanduser().resolve())

    def create(self) -> "State":
        """Make the folder, readable by its owner only (it will hold PHI and secrets)."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as problem:
            raise InputUnusable(f"--state {self.root} is no folder: a file stands in its place.") from problem
        return self

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def inbox(self) -> Path:
        """The drop folder: inbox/SOURCE/DELIVERY/ with the files of one delivery and `ready`."""
        return self.root / "inbox"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def airflow_home(self) -> Path:
        return self.root / "airflow"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def spill(self) -> Path:
        """Where DuckDB puts what does not fit in memory; emptied by whoever used it."""
        return self.root / "spill"

    @property
    def reference_json(self) -> Path:
        return self.root / "reference.json"

    @property
    def practice_yaml(self) -> Path:
        return Path(os.environ.get("REVCYCLE_PRACTICE") or self.root / "practice.yaml")

    @property
    def secrets_json(self) -> Path:
        return self.root / "secrets.json"

    @property
    def sample_marker(self) -> Path:
        """Stands in a state that holds the sample practice: real encounters must not be mixed into it."""
        return self.root / "sample.json"

    @property
    def holds_sample(self) -> bool:
        return self.sample_marker.exists()

    @property
    def sample(self) -> Path:
        """The sample practice's intake files and its truth file."""
        return self.root / "sample"

    @property
    def alarms(self) -> Path:
        """One JSON line an alarm, for `status`."""
        return self.root / "alarms.jsonl"
