"""Two libraries of others as judges of our 837 files: what each calls an error, as lines of text."""

import io
import logging
from functools import cache
from typing import Any

logging.getLogger("pyx12").setLevel(logging.CRITICAL)


def pyx12_errors(data: bytes) -> list[str]:
    """IK3 and IK4 of the 999 that pyx12 answers with, and what it says of the envelope; empty: no error."""
    import pyx12.params
    import pyx12.x12n_document

    answer = io.StringIO()
    valid = pyx12.x12n_document.x12n_document(
        param=pyx12.params.ParamsBase(),
        src_file=io.StringIO(data.decode("ascii")),
        fd_997=answer,
        fd_html=None,
        fd_xmldoc=None,
    )
    said = [part for part in answer.getvalue().replace("\n", "").split("~") if part[:4] in ("IK3*", "IK4*", "CTX*")]
    return said if valid else [*said, "pyx12 refuses the file"]


@cache
def _parser() -> Any:
    import x12sdk

    return x12sdk
