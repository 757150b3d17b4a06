"""What can go wrong in a way that a person can mend. `str(error)` is the one sentence shown to them."""


class RevcycleError(Exception):
    """Something needs a person; the shell ends with `exit_code`."""

    exit_code = 1


class InputUnusable(RevcycleError):
    """The call or a whole input file cannot be used: nothing was done."""

    exit_code = 2


class ServiceUnavailable(RevcycleError):
    """A service (database, Airflow part, package index) could not be reached or started."""

    exit_code = 3


class StoreError(RevcycleError):
    """The practice database failed a statement; names table and constraint, never a value (values are PHI)."""


class StoreRefused(StoreError):
    """The statement itself is at fault (a value, a key, a name): the same again would be refused again."""


class Refused(RevcycleError):
    """Somebody outside says no: the same again is refused again, so nothing tries it again by itself."""
