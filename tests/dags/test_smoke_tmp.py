import sys, types
from datetime import date
from tests.airflow_home import *
from tests.dags.practice_rows import *

def test_smoke(run_partition, engine, database_url, stocked, monkeypatch, capfd):
    fake = types.ModuleType("revcycle.cycle.intake.inbox"); fake.take = lambda *a, **k: {"deliveries": 0}
    monkeypatch.setitem(sys.modules, "revcycle.cycle.intake", types.ModuleType("revcycle.cycle.intake"))
    monkeypatch.setitem(sys.modules, "revcycle.cycle.intake.inbox", fake)
    monkeypatch.setenv("REVCYCLE_DATABASE_URL", database_url)
    add_practice(engine)
    add_encounters(engine, date(2026,9,10), first=1, diagnoses=["I10", "I10", UNKNOWN_CODE])
    run = run_partition("code_validation", "2026-09-10")
    out = capfd.readouterr().out
    open("/tmp/w/airflow/out.txt","w").write(out)
    print(run.state, run.partition_key)
    for ti in run.get_task_instances(): print(ti.task_id, ti.map_index, ti.state, ti.rendered_map_index, ti.try_number)
    assert 0
