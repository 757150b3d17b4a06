"""What a partner's mailbox can do wrong, one class for each thing that must be done about it."""

from revcycle.foundation.errors import RevcycleError, ServiceUnavailable


class PartnerAway(ServiceUnavailable):
    """The partner cannot be reached, or the line was cut or stood still: trying again later may help."""


class PartnerFull(ServiceUnavailable):
    """The partner has no room for our bytes: trying again later may help."""


class PartnerRefused(RevcycleError):
    """The partner answers and says no (permission, folder, rename): the same again is refused again."""


class AuthenticationRefused(RevcycleError):
    """The partner does not accept our user, password or key: trying again may lock the account."""


class HostKeyChanged(RevcycleError):
    """The server shows a key that is not accepted for this partner: nothing was sent to it, not even a password."""


class FileChanged(RevcycleError):
    """A remote file is not what it was a moment ago: whoever writes it is not done."""


class ArchiveFull(ServiceUnavailable):
    """What the partner holds cannot be written on our own disk."""
