"""A synthetic medical practice, written as the intake files a real one would hand in, with its mistakes known.

A program of its own: it shares no code with the software it feeds.
"""

from sample_practice.files import EARLIEST, SampleCounts, write_sample

__all__ = ["EARLIEST", "SampleCounts", "write_sample"]
