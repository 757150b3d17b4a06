"""Read on while the database works."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from revcycle.foundation.x12.remittance import Part


def ahead(parts: Iterable[Part]) -> Iterator[Part]:
    """The same parts in the same order, one of them read in advance: reading and posting each have a core."""
    iterator = iter(parts)
    with ThreadPoolExecutor(1, thread_name_prefix="reader") as reader:
        coming = reader.submit(next, iterator, None)
        while (part := coming.result()) is not None:
            coming = reader.submit(next, iterator, None)
            yield part
