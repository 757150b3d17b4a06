from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.exceptions import AirflowFailException

from revcycle_airflow.counts import table
from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.turn import Turn
from revcycle_airflow.week import week


class PageLink(BaseOperatorLink):
    """From the task to the page that its last try built."""

    name = "Page of the week"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        """Empty before there is a page; read in the task's own process, when it ends, red or green."""
        page = getattr(operator, "page", "")
        return f"/revcycle/reviews/{page}" if page else ""


class BuildReviewOperator(BaseOperator):
    """Build the review of the run's week, put its page into the archive, and be red when a proof does not hold.

    The XCom `review` names the page by its sha256, beside the headline figures, whether or not the task is red.
    """

    operator_extra_links = (PageLink(),)

    def __init__(self, *, practice_conn_id: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.practice_conn_id = practice_conn_id
        self.page = ""

    def execute(self, context: Mapping[str, Any]) -> None:
        """Build, name the page, and fail on a broken proof: its name is in the error, what to do on the page too."""
        from revcycle.watch.review import build

        practice, turn, monday = PracticeHook(self.practice_conn_id), Turn.of(context, self.task_id), week(context)
        review = build(practice.engine, practice.archive, week=monday, now=turn.now, step=turn.step)
        self.page = review.sha256
        counts = review.counts | {"objects_hashed": review.objects, "bytes_hashed": review.bytes}
        named = {"week": monday.isoformat(), "sha256": review.sha256, "holds": review.holds, "counts": counts}
        context["ti"].xcom_push(key="review", value=named)
        self.log.info("Week of %s: page %s in the archive.", monday, review.sha256)
        for row in table(counts):
            self.log.info("%s", row)
        for proof in review.proofs:
            self.log.info("%s: %s %s", "holds" if proof.holds else "BROKEN", proof.name, proof.detail)
        if broken := [f"{proof.name}: {proof.detail}" for proof in review.proofs if not proof.holds]:
            raise AirflowFailException(f"{len(broken)} of {len(review.proofs)} proofs do not hold. {' '.join(broken)}")
