"""The progress of a night on stderr: a bar that moves only on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from revcycle.cli.terminal import say
from revcycle.local.night import Watch

CONSOLE = Console(stderr=True)


@contextmanager
def watching(title: str) -> Iterator[Watch]:
    """A bar over the tasks of the DAG at hand; off a terminal a line where a DAG begins."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    with Progress(
        *columns, TimeElapsedColumn(), console=CONSOLE, disable=not CONSOLE.is_terminal, transient=True
    ) as bars:
        bar = bars.add_task(title, total=None)
        if not CONSOLE.is_terminal:
            say(f"{title} ...")

        def watch(dag_id: str, done: int, known: int) -> None:
            bars.update(bar, description=f"{title}: {dag_id}", completed=done, total=known)

        yield watch
