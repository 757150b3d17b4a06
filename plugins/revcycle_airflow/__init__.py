"""How Airflow drives Revcycle's steps: operators, the practice hook, business dates, retries, alarms."""
