"""# remittance_posting

## Purpose
Collects the payers' remittances (835), proves that each balances, posts it to the ledger to the cent and hands denials
to coders and billers. It runs every night by its own clock, for the business date that has just ended.

| task | does |
|---|---|
| `partners` | reads `practice.yaml` and lists its trading partners |
| `collect` | fetches what is new in one mailbox into the archive |
| `decide` | carries out what billers decided: a match, a conflict, a rejection, an undo, a write-off |
| `plan` | divides the files that wait into chunks, the small ones first |
| `post` | posts the files of one chunk, each transaction set in a database transaction of its own |
| `verify` | proves the whole ledger: red when one of its invariants does not hold |
| `all_posted` | red when a chunk failed |

What does not add up is quarantined with its segment and the amounts (`./revcycle work list`, queue biller); nothing of
it is in the ledger, and its neighbours are posted. That does not make a task red.

## When red
Clearing a task never posts twice: a payment is known by payer, trace, amount and date, whatever its file is called.

- `partners`: its log names the line of `practice.yaml` and what is expected there. Mend it, then clear it.
- `collect`: as in acknowledgments. The files that are here already are posted all the same.
- `post`: mostly the database was away for longer than the retries last. Clear it; what was posted is not posted again.
- `verify`: `./revcycle ledger verify` prints each invariant that does not hold and the rows. Nothing is mended by
  clearing: keep the output, stop posting (pause this DAG) and find the rows' runs before anything else is booked.

## Backfill
Backfill in the UI or over REST with bare dates, or `./revcycle night --date 2026-11-05`. A run posts everything that
waits; the date is a label: entries are dated on it, or into the next open month where its month is closed.
"""

from airflow.sdk import DAG, TriggerRule

from revcycle_airflow.business_date import NIGHTLY
from revcycle_airflow.operators.collect_files import CollectFilesOperator
from revcycle_airflow.operators.decide_remittances import DecideRemittancesOperator
from revcycle_airflow.operators.list_partners import ListPartnersOperator
from revcycle_airflow.operators.nothing_failed import NothingFailedOperator
from revcycle_airflow.operators.plan_postings import PlanPostingsOperator
from revcycle_airflow.operators.post_remittances import PostRemittancesOperator
from revcycle_airflow.operators.verify_ledger import VerifyLedgerOperator
from revcycle_airflow.policy import POLICY, Pool, Tag

with DAG("remittance_posting", doc_md=__doc__, schedule=NIGHTLY, tags={Tag.BILLER, Tag.NIGHTLY}, **POLICY):
    partners = ListPartnersOperator(task_id="partners")
    collected = CollectFilesOperator.partial(
        task_id="collect", pool=Pool.EXCHANGE, map_index_template="{{ task.partner }}"
    ).expand(partner=partners.output)
    decided = DecideRemittancesOperator(task_id="decide", trigger_rule=TriggerRule.ALL_DONE)
    planned = PlanPostingsOperator(task_id="plan")
    posted = PostRemittancesOperator.partial(task_id="post", map_index_template=PostRemittancesOperator.LABEL).expand(
        files=planned.output
    )
    verified = VerifyLedgerOperator(task_id="verify", trigger_rule=TriggerRule.ALL_DONE)
    all_posted = NothingFailedOperator(task_id="all_posted", trigger_rule=TriggerRule.NONE_FAILED)

    collected >> decided >> planned >> posted >> [verified, all_posted]
