"""What a balance is made of."""

from typing import NamedTuple

import numpy as np


class MoneyRows(NamedTuple):
    """CLP or SVC rows of a window with their charge and payment in cents."""

    rows: np.ndarray
    charge: np.ndarray
    paid: np.ndarray
