"""Claim numbers: short, safe to read aloud, and no two mistyped ones alike.

Ten characters of an alphabet of 29, without vowels (no word can arise) and without L (no 1): nine digits of the count
and a check character. 29 is a prime, so weights 1 to 10 find each single wrong character and each swap of neighbours.
"""

ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXZ"
BASE = len(ALPHABET)
DIGITS = 9
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}


def claim_number(count: int) -> str:
    """The claim number of a count from 1; raises ValueError beyond 29**9 - 1 (14 million million)."""
    if not 1 <= count < BASE**DIGITS:
        raise ValueError(f"a claim count from 1 to {BASE**DIGITS - 1} is expected")
    digits = []
    for _ in range(DIGITS):
        count, digit = divmod(count, BASE)
        digits.append(ALPHABET[digit])
    body = "".join(reversed(digits))
    return body + _check(body)


def is_claim_number(text: str) -> bool:
    """Whether a text is a claim number with its check character."""
    return len(text) == DIGITS + 1 and all(sign in _VALUE for sign in text) and _check(text[:-1]) == text[-1]


def _check(body: str) -> str:
    return ALPHABET[-sum(weight * _VALUE[sign] for weight, sign in enumerate(body, 2)) % BASE]
