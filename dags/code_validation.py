"""# code_validation

## Purpose
Checks every coded encounter against the national edits in force on its dates of service, and opens work for coders.
It runs at midnight in the practice's time zone, for the business date that has just ended, and takes what belongs to
that date or an earlier one and is not checked yet. So a run made late, or twice, leaves the same findings.

| task | does |
|---|---|
| `take_inbox` | reads `practice.yaml`, loads every complete delivery of the drop folder |
| `plan` | divides what is due into at most 32 chunks |
| `sweep` | checks a chunk; the grid shows what it found, its log ends with the counts by rule |
| `raise_work` | opens and closes the coders' work items |
| `verify` | counts what stands open or unswept, and hands the date to the DAGs that follow |
| `work_raised` | red when the work items were not brought up to date |
| `all_chunks_done` | red when a chunk was not swept |
| `night_not_empty` | red when nothing was entered on the date, though such days had encounters |

Neither a log nor XCom holds a patient's data; findings are read with `./revcycle work list`.

## When red
"Clear" below means in the grid, with downstream: the tasks after it run again too, which never does anything twice.

- `take_inbox`: its log names the line of `practice.yaml` and what is expected there. Mend it, then clear the task.
  A delivery that cannot be used does not make it red: it is counted as refused and stays in the drop folder, with a
  file `refused` that says why. Nor does a row: its encounter is in quarantine, the rest went in.
  `./revcycle work quarantine` lists file, row, column and reason; `./revcycle status` names refused deliveries.
- one chunk of `sweep`: the other chunks are swept, their work is raised, and followers go on without what is unswept.
  Read its log, then clear the chunk. For an error of memory, lower the slots of pool `sweep` first.
- every chunk of `sweep`, and `verify`: the code sets are missing or damaged, as their logs say. Make them again with
  `./revcycle reference starter`, or restore a backup, then clear `sweep`.
- `plan`, `raise_work`: mostly the database was away for longer than the retries last. Clear the task.
- `work_raised` alone tells that `raise_work` is red: mend that one.
- `all_chunks_done` alone tells that a chunk is red: mend that one.
- `night_not_empty`: a delivery is missing. Ask for it, put it into the drop folder, clear `take_inbox`. Where the
  practice was closed that day, mark the task as success.
- the run is late: see whether its tasks work or wait for a slot of pool `sweep`, and whether `./revcycle status` shows
  that a part is down.

## Backfill
Backfill in the UI or over REST with reprocess behaviour "completed" and bare dates: both are included (an end given as
an instant, `...T00:00:00Z`, is left out). Or, for one date, start a run by hand with the date as its partition key,
`2026-11-05`, or `./revcycle night --date 2026-11-05`. Without a key a run takes yesterday. Dates may run in any order;
a date that is not over is refused.
"""

from airflow.sdk import DAG, TriggerRule

from revcycle_airflow.assets import SWEPT
from revcycle_airflow.business_date import NIGHTLY
from revcycle_airflow.operators.all_chunks_done import AllChunksDoneOperator
from revcycle_airflow.operators.night_not_empty import NightNotEmptyOperator
from revcycle_airflow.operators.nothing_failed import NothingFailedOperator
from revcycle_airflow.operators.plan_chunks import PlanChunksOperator
from revcycle_airflow.operators.raise_work import RaiseWorkOperator
from revcycle_airflow.operators.sweep_encounters import SweepEncountersOperator
from revcycle_airflow.operators.take_inbox import TakeInboxOperator
from revcycle_airflow.operators.verify_sweep import VerifySweepOperator
from revcycle_airflow.policy import POLICY, Pool, Tag

with DAG("code_validation", doc_md=__doc__, schedule=NIGHTLY, tags={Tag.CODER, Tag.NIGHTLY}, **POLICY):
    taken = TakeInboxOperator(task_id="take_inbox")
    chunks = PlanChunksOperator(task_id="plan")
    swept = SweepEncountersOperator.partial(
        task_id="sweep", pool=Pool.SWEEP, map_index_template=SweepEncountersOperator.LABEL
    ).expand(chunk=chunks.output)
    raised = RaiseWorkOperator(task_id="raise_work", trigger_rule=TriggerRule.ALL_DONE)
    verified = VerifySweepOperator(task_id="verify", trigger_rule=TriggerRule.ALL_DONE, outlets=[SWEPT])
    complete = AllChunksDoneOperator(
        task_id="all_chunks_done", trigger_rule=TriggerRule.ALL_DONE, mapped_task_id=swept.task_id
    )
    work_raised = NothingFailedOperator(task_id="work_raised", trigger_rule=TriggerRule.NONE_FAILED)
    not_empty = NightNotEmptyOperator(task_id="night_not_empty")

    taken >> chunks >> swept >> raised >> verified
    raised >> work_raised
    taken >> not_empty
    swept >> complete
