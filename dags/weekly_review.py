"""# weekly_review

## Purpose
Reviews the week that ended on Sunday, as one page for the billing lead and the ops engineer. It shows A/R rolled
forward and by age, clean-claim and first-pass rates, rejections and denials, what is late, what the edits were good
for, and who closed what; and it proves that the books add up and that the archive is whole.

| task | does |
|---|---|
| `settled` | waits for 2 o'clock in the practice's time zone, so that Sunday's night is posted; holds no worker |
| `build` | reads the figures, hashes every object of the archive, archives the page; red when a proof fails |

The page has no patient on it. To read it: the link "Page of the week" of task `build`, or
`./revcycle review 2026-11-02 --out review.html`, the date being the Monday on which the week began. The XCom `review`
and the log of `build` name it by its sha256.

Figures are as of the week's end. Money counts by its accounting date, everything else by the time of the event itself,
so a page made again from the same tables has the same bytes, and what comes later leaves a finished week alone.

## When red
The page is written all the same, and says first what does not hold and what to do.

- `build`, an object of the archive is damaged or missing: its sha256 is named. Do not send or post before it is back.
  A backup is a tar file that has it as `archive/SHA256`; its place is the folder of its first two characters in the
  archive. Then clear the task.
- `build`, the roll-forward or the ages do not add up: `./revcycle ledger verify` names the rows. Nobody mends the
  ledger by hand: an entry is undone by its reversal. Then clear the task.
- `build`, the database was away: clear the task. Building never changes a figure.
- `settled`: only the key can be wrong: a week is named by its Monday, and must be over.

A Sunday's night that was still red at 2 o'clock is not in the page: mend it, then clear `build`. The page of the week
then has another sha256, and the earlier one stays in the archive.

## Backfill
Backfill in the UI or over REST with reprocess behaviour "completed" and bare dates: every Monday between them is a
week, both ends included. Or start a run by hand with the Monday as its partition key, `2026-11-02`. Without a key a run
takes the last week that is over. Weeks may run in any order.
"""

from airflow.sdk import DAG

from revcycle_airflow.operators.build_review import BuildReviewOperator
from revcycle_airflow.operators.week_settled import WeekSettledSensor
from revcycle_airflow.policy import POLICY, Tag
from revcycle_airflow.week import WEEKLY

with DAG("weekly_review", doc_md=__doc__, schedule=WEEKLY, tags={Tag.CODER, Tag.BILLER, Tag.WEEKLY}, **POLICY):
    settled = WeekSettledSensor(task_id="settled")
    built = BuildReviewOperator(task_id="build")

    settled >> built
