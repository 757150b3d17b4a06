"""# acknowledgments

## Purpose
Collects what trading partners answer and folds it into the state of interchanges and claims, every half hour. A file
or a claim that is not answered in its time becomes work, and turns one run red.

| task | does |
|---|---|
| `partners` | reads `practice.yaml` and lists its trading partners |
| `collect` | fetches what is new in one mailbox into the archive |
| `apply` | reads TA1, 999 and 277CA; a rejection reopens its claim with a hold and a work item |
| `doubts` | ends the doubt about an interchange that an answer names |
| `in_time` | raises work for overdue answers; red once for each that is newly overdue |
| `all_collected` | red when a mailbox could not be looked at |

## When red
- `partners`: its log names the line of `practice.yaml` and what is expected there. Mend it; the next run reads it.
- `collect`, the login was refused or the host key is another one: as for `publish` in claim_submission. The other
  partners are collected all the same.
- `collect`, the partner is away: the next run is half an hour away; nothing is lost meanwhile.
- `collect`, a file may not be read or removed: all others are collected all the same. Ask the partner for the right to
  it, or set `removes: false` under `mailbox` of practice.yaml.
- `apply`, `doubts`: mostly the database was away. Clear the task. A file that cannot be read does not make it red: it
  stands in quarantine with segment and reason (`./revcycle work list --queue ops`).
- `in_time`: an answer is newly overdue. `./revcycle work list` names the interchange or claim and the party; ask the
  partner whether the file arrived. Do not clear the task: it is red once for each answer, and the answer, when it
  comes, closes the item.

## Backfill
There is nothing to backfill: a run takes everything that is there. To look at a mailbox again,
`./revcycle collect --again --since 2026-11-01`; to apply a file again from the archive, `./revcycle reapply`.
"""

from airflow.sdk import DAG, TriggerRule

from revcycle_airflow.business_date import HALF_HOURLY
from revcycle_airflow.operators.answers_in_time import AnswersInTimeOperator
from revcycle_airflow.operators.apply_answers import ApplyAnswersOperator
from revcycle_airflow.operators.collect_files import CollectFilesOperator
from revcycle_airflow.operators.list_partners import ListPartnersOperator
from revcycle_airflow.operators.nothing_failed import NothingFailedOperator
from revcycle_airflow.operators.settle_doubts import SettleDoubtsOperator
from revcycle_airflow.policy import POLICY, Pool, Tag

with DAG("acknowledgments", doc_md=__doc__, schedule=HALF_HOURLY, tags={Tag.BILLER, Tag.HALF_HOURLY}, **POLICY):
    partners = ListPartnersOperator(task_id="partners")
    collected = CollectFilesOperator.partial(
        task_id="collect", pool=Pool.EXCHANGE, map_index_template="{{ task.partner }}"
    ).expand(partner=partners.output)
    applied = ApplyAnswersOperator(task_id="apply", trigger_rule=TriggerRule.ALL_DONE)
    settled = SettleDoubtsOperator(task_id="doubts")
    in_time = AnswersInTimeOperator(task_id="in_time")
    all_collected = NothingFailedOperator(task_id="all_collected", trigger_rule=TriggerRule.NONE_FAILED)

    collected >> applied >> settled >> in_time
    [partners, collected] >> all_collected
