"""# timely_filing

## Purpose
Reckons until when each payer must have each claim, correction and appeal, and warns billers before it is too late. It
runs at midnight in the practice's time zone; a deadline is judged as of the day after the business date, the first day
on which people can act.

| task | does |
|---|---|
| `refresh` | reckons every last day by the payer's dated rules, and sees by its proven receipt whether it is met |
| `raise_work` | opens items as a last day comes near, escalates them, closes those that are met |

The log of `refresh` ends with the deadlines that are open, past due, or met too late; each explains itself in a
sentence in the practice database (table `deadline`). The rules are `filing_limits`, `secondary_limits`,
`correction_limits`, `appeal_limits`, `exceptions`, `receipt` and `warnings` of a payer in `practice.yaml`. A claim
counts as filed when its payer's own 277CA says that it was received and none rejects it later; the clearinghouse's
word counts only where `sends_277ca: false` says that the payer sends none.

## When red
- `refresh`, `raise_work`: mostly the database was away for longer than the retries last. Clear the task.
- Neither is red for a deadline that has passed: that is an item "past due" (`./revcycle work list`). Look for a proof
  of filing (`./revcycle proof CLAIM --out FILE`) or for a lawful exception; with its evidence, put it into
  `exceptions` of `practice.yaml`: the next run moves the day and closes the item, and the claim is held for it no more
  (a finding `filing.expired` of its encounter is overridden with the same reason: `./revcycle work override`).
- A last day looks wrong: read its sentence, then correct the payer's rule in `practice.yaml`. A payer without a rule
  has no deadlines.

## Backfill
Backfill in the UI or over REST with bare dates, or start a run by hand with the date as its partition key. A run for a
date before the newest one evaluates as of the newest: it takes what is new and takes nothing back. So dates may run in
any order, and one run for the last date does the same as all of them.
"""

from airflow.sdk import DAG

from revcycle_airflow.business_date import NIGHTLY
from revcycle_airflow.operators.refresh_deadlines import RefreshDeadlinesOperator
from revcycle_airflow.operators.remind_of_deadlines import RemindOfDeadlinesOperator
from revcycle_airflow.policy import POLICY, Tag

with DAG("timely_filing", doc_md=__doc__, schedule=NIGHTLY, tags={Tag.BILLER, Tag.NIGHTLY}, **POLICY):
    RefreshDeadlinesOperator(task_id="refresh") >> RemindOfDeadlinesOperator(task_id="raise_work")
