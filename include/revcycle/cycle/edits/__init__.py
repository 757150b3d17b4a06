"""The sweep: national edits over coded lines, each rule one relation in DuckDB."""

from revcycle.cycle.edits.judge import Judgement, NotEvaluated
from revcycle.cycle.edits.rule import Explanation, explain
from revcycle.cycle.edits.sweep_file import FileSweep, sweep_file

__all__ = ["Explanation", "FileSweep", "Judgement", "NotEvaluated", "explain", "sweep_file"]
