"""Identifiers that pass their checks and that nobody was ever given."""


def npi(serial: int) -> str:
    """A national provider identifier with a valid check digit, from a range of zeros that is plainly made up.

    Source: 45 CFR 162.406 and the CMS check digit document: Luhn over 80840 and the ten digits.
    """
    body = f"1{serial:08d}"
    return body + str(check_digit(body))


def check_digit(body: str) -> int:
    """The Luhn check digit of nine NPI digits; the prefix 80840 adds 24 to the sum."""
    total = 24
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
