"""Templates of file names at a partner: which fields may stand in them, and that no name comes twice."""

import string

FIELDS = ("sender", "isa13", "gs06", "usage", "date")
NUMBERS = ("isa13", "gs06")
FULL = "09"  # all nine digits of a control number
WIDTHS = ("", *(f"0{digits}" for digits in range(1, 10)))


def refuse_final_name(template: str) -> None:
    """Refuse a template that knows other fields, or by which two interchanges could have one name.

    With two numbers of any width side by side `1` and `11` make what `11` and `1` make. Raises: ValueError.
    """
    fields = _fields(template, FIELDS)
    if any(width not in (WIDTHS if name in NUMBERS else ("",)) for name, width in fields):
        raise ValueError("a number written {isa13} or {isa13:09}, and every other field without a format")
    widths = [width for name, width in fields if name == "isa13"]
    if not widths:
        raise ValueError("a name with {isa13} in it, so that no two files share it")
    if FULL not in widths and any(name == "gs06" for name, _ in fields):
        raise ValueError("{isa13:09} beside {gs06}, so that no two files share a name")


def refuse_temporary_name(template: str) -> None:
    """Refuse a template that is not made of the final name and something more. Raises: ValueError."""
    fields = _fields(template, ("name",))
    if not fields or any(width for _, width in fields) or template == "{name}":
        raise ValueError("a temporary name with {name} in it, as it stands here, and something more")


def _fields(template: str, known: tuple[str, ...]) -> list[tuple[str, str]]:
    """Name and format of each field; raises ValueError for one that is not known."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        raise ValueError("every brace closed") from None
    fields = [(name, width or "") for _, name, width, _ in parts if name is not None]
    if any(name not in known for name, _ in fields) or any(conversion for *_, conversion in parts):
        raise ValueError(f"a name made of {', '.join(f'{{{name}}}' for name in known)}")
    return fields
