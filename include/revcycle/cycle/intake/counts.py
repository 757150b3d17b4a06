"""What an intake did, in figures."""

from dataclasses import dataclass, field

from revcycle.cycle.intake.problems import Problem


@dataclass(frozen=True)
class Tally:
    """Subjects of one kind of file: their sum is what the file holds."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
        )


NOTHING = Tally()


@dataclass(frozen=True)
class FileProblems:
    """The problems of one file, for the terminal of its owner (they show values: PHI)."""

    name: str
    subject_kind: str
    problems: tuple[Problem, ...] = field(repr=False)


@dataclass(frozen=True)
class IntakeCounts:
    """Patients, patients' coverages and encounters; `encounters` are counted whole, coverage by patient.

    `changed` holds the ids (ours) of the encounters that got a new version: these are to be swept.
    """

    patients: Tally = NOTHING
    coverage: Tally = NOTHING
    encounters: Tally = NOTHING
    changed: tuple[int, ...] = ()
    files: tuple[FileProblems, ...] = ()

    @property
    def quarantined(self) -> int:
        return self.patients.quarantined + self.coverage.quarantined + self.encounters.quarantined

    def __add__(self, other: "IntakeCounts") -> "IntakeCounts":
        return IntakeCounts(
            self.patients + other.patients,
            self.coverage + other.coverage,
            self.encounters + other.encounters,
            tuple(sorted({*self.changed, *other.changed})),
            self.files + other.files,
        )
