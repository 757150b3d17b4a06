"""How the server misbehaves: faults, and which operation each of them befalls."""

import threading
from collections import Counter
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Operation = Literal["login", "open", "write", "read", "close", "rename", "list", "stat", "remove", "mkdir"]
Refusal = Literal["failure", "unsupported", "permission", "disk_full", "no_such_file", "exists"]


class Fault(BaseModel):
    """One misbehaviour. It fires on the `nth` matching operation and on those after it, `times` times (None: for ever).

    For `write` and `read` an operation is the transfer of one file, and the fault fires when the transfer passes
    `after_bytes`. `performed`: the operation is done, only its answer is not given as it should.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fault: Literal["drop", "stall", "slow", "refuse", "collect", "growing"]
    on: Operation
    path: str = "*"
    nth: int = Field(default=1, ge=1)
    times: int | None = Field(default=1, ge=1)
    after_bytes: int = Field(default=0, ge=0)
    performed: bool = False
    seconds: float = Field(default=1.0, ge=0)
    error: Refusal = "failure"
    looks: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _fits_its_operation(self) -> "Fault":
        if self.fault == "collect" and self.on not in ("rename", "close"):
            raise ValueError("the fault collect goes with on: rename or on: close")
        if self.fault == "growing" and self.on not in ("list", "stat"):
            raise ValueError("the fault growing goes with on: list or on: stat")
        return self

    def befalls(self, operation: str, paths: tuple[str, ...]) -> bool:
        return self.on == operation and any(fnmatchcase(path, self.path) for path in paths)


class FaultBook:
    """The faults in force, with how often each was met. Any thread may change it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.fired: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._met: list[tuple[Fault, Counter[str]]] = [(fault, Counter()) for fault in faults]

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._met.append((fault, Counter()))

    def replace(self, faults: list[Fault]) -> None:
        with self._lock:
            self._met = [(fault, Counter()) for fault in faults]

    def meet(self, operation: str, *paths: str, growing: bool = False) -> Fault | None:
        """The fault that this operation suffers; the first of several. Every matching fault counts the operation.

        `growing`: only that fault, which befalls a file that is looked at, not the looking.
        """
        with self._lock:
            suffered = None
            for fault, met in self._met:
                if not fault.befalls(operation, paths) or (fault.fault == "growing") != growing:
                    continue
                met["operations"] += 1
                due = met["operations"] >= fault.nth and (fault.times is None or met["fired"] < fault.times)
                if due and suffered is None:
                    met["fired"] += 1
                    suffered = fault
            if suffered is not None and operation not in ("write", "read"):
                self.fired[suffered.fault] += 1
            return suffered

    def fires(self, fault: Fault) -> None:
        """Count a fault of a transfer, which fires later than it is met."""
        with self._lock:
            self.fired[fault.fault] += 1
