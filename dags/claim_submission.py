"""# claim_submission

## Purpose
Makes claims of the encounters that the sweep let through and sends them to the trading partner, each exactly once.
It follows `code_validation`, for the same business date, and takes what belongs to that date or an earlier one.

| task | does |
|---|---|
| `gate` | takes away sweep results that no longer count: what they stood for waits for the next sweep |
| `assemble` | makes claims, holds those with a cause, freezes a submission of each that may go |
| `batch` | writes submissions into 837 files, at most 5,000 claims each; what cannot be written is held |
| `doubts` | of interchanges in doubt: does what was decided, sends the same bytes again where that is safe and due |
| `waiting` | lists the interchanges to send, those of earlier nights too; its log counts what a pause keeps back |
| `publish` | sends one interchange; its log ends with the answers it has so far |
| `hand_on` | names the date to the DAGs that follow, also when something was not sent |
| `all_sent` | red when an interchange was not sent |

A claim that is not sent has a hold with its cause, and where a person must act, a work item (`./revcycle work list`).

## When red
Clearing a task never sends twice: what was done stands in the practice database, not in Airflow.

- `gate`: the code sets are missing or damaged, as its log says. `./revcycle reference starter`, then clear it.
- `assemble`, `batch`, `doubts`: mostly the database was away for longer than the retries last. Clear the task. "Nothing
  is sent until" means that the database is older than the archive, as after a restore: `./revcycle reconcile` shows
  what is missing, `./revcycle reconcile --apply` registers it again; then clear the task.
- `publish`, the login was refused: the partner has changed the password or key. Put the new one into the connection
  (Admin, Connections; the sample's is a variable that `up` makes, see docs/exchange.md), then clear the task.
- `publish`, another host key: do not go on before the partner has confirmed the new fingerprint by telephone. Then add
  the key to the partner's `host_keys` in practice.yaml, beside the old one, let `acknowledgments` run once, which reads
  it, and clear the task. Keys in the extra of the connection (`host_key`, `host_keys`) count too.
- `publish`, the partner is away or its disk is full: it is tried again by itself, and by the next night.
- `publish`, permission denied or rename refused: `mailbox` of practice.yaml does not fit the partner. Mend, then clear.
- an interchange `in doubt` (`./revcycle status`) is not an error of the task: the partner cut the connection at the one
  moment that nobody can tell. Any answer to it settles it by itself; a work item says until when to wait.

## Backfill
Not by itself: it follows `code_validation`, whose backfill drives it once for each date. Or start a run by hand with
the date as its partition key.
"""

from airflow.sdk import DAG, TriggerRule

from revcycle_airflow.assets import SUBMITTED, SWEPT
from revcycle_airflow.business_date import following
from revcycle_airflow.operators.assemble_claims import AssembleClaimsOperator
from revcycle_airflow.operators.batch_claims import BatchClaimsOperator
from revcycle_airflow.operators.hand_on import HandOnOperator
from revcycle_airflow.operators.list_interchanges import ListInterchangesOperator
from revcycle_airflow.operators.nothing_failed import NothingFailedOperator
from revcycle_airflow.operators.publish_interchange import PublishInterchangeOperator
from revcycle_airflow.operators.retire_results import RetireResultsOperator
from revcycle_airflow.operators.settle_doubts import SettleDoubtsOperator
from revcycle_airflow.policy import POLICY, Pool, Tag

with DAG("claim_submission", doc_md=__doc__, schedule=following(SWEPT), tags={Tag.BILLER, Tag.NIGHTLY}, **POLICY):
    gate = RetireResultsOperator(task_id="gate")
    assembled = AssembleClaimsOperator(task_id="assemble")
    batched = BatchClaimsOperator(task_id="batch")
    settled = SettleDoubtsOperator(task_id="doubts")
    waiting = ListInterchangesOperator(task_id="waiting")
    published = PublishInterchangeOperator.partial(
        task_id="publish", pool=Pool.EXCHANGE, map_index_template=PublishInterchangeOperator.LABEL
    ).expand(interchange_id=waiting.output)
    handed_on = HandOnOperator(task_id="hand_on", trigger_rule=TriggerRule.ALL_DONE, outlets=[SUBMITTED])

    all_sent = NothingFailedOperator(task_id="all_sent", trigger_rule=TriggerRule.NONE_FAILED)

    gate >> assembled >> batched >> settled >> waiting >> published >> [handed_on, all_sent]
