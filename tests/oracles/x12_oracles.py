"""Two libraries of others as judges of our 837 files: what each calls an error, as lines of text."""

import io
import logging

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


def x12sdk_errors(data: bytes) -> list[str]:
    """What x12sdk cannot read into its models, by field and kind; empty: no error."""
    from pydantic import ValidationError
    from x12sdk.io import X12ModelReader

    try:
        with X12ModelReader(data.decode("ascii")) as reader:
            return [] if list(reader.models()) else ["x12sdk finds no transaction set"]
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
