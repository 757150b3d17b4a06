"""The weekly review: figures as of a week's end, proofs, and one page that holds both."""

from revcycle.watch.review.build import Review, build, read_page
from revcycle.watch.review.proofs import Proof

__all__ = ["Proof", "Review", "build", "read_page"]
