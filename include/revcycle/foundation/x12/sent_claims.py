"""Which claim a segment of an 837 of ours belongs to: a 999 names segments by their place, counted from ST = 1."""

from bisect import bisect_right

from revcycle.foundation.x12.envelope import take_apart


def patient_control_numbers(data: bytes) -> list[str]:
    """CLM01 of every claim of a file, in order."""
    return [segment.e(1) for one in take_apart(data).sets for segment in one.segments if segment.id == "CLM"]


def claims_at(data: bytes, positions: set[int]) -> dict[int, str]:
    """CLM01 of the claim that the segment at each position belongs to; positions of the header are left out.

    A claim begins with the HL of its subscriber (HL03 22).
    """
    (sent,) = take_apart(data).sets
    starts: list[int] = []  # of each claim, the position of its first segment
    names: dict[int, str] = {}
    for position, segment in enumerate(sent.segments, 2):
        if segment.id == "HL" and segment.e(3) == "22":
            starts.append(position)
        elif segment.id == "CLM":
            names[len(starts)] = segment.e(1)
    last = len(sent.segments) + 1
    claims = {position: bisect_right(starts, position) for position in positions if position <= last}
    return {position: names[claim] for position, claim in claims.items() if claim in names}
