"""AMT and QTY: they enter no balance, but an amount that cannot be read is not passed over."""

from revcycle.foundation.x12.remittance.amounts import amounts, quantities
from revcycle.foundation.x12.remittance.complaints import Complaints


def check_informational(complaints: Complaints) -> None:
    """Say which amounts and quantities cannot be read; their text is kept as it is."""
    amounts(complaints, complaints.places.rows("AMT"), "AMT", 2, required=True)
    quantities(complaints, complaints.places.rows("QTY"), "QTY", 2, fatal=False)
