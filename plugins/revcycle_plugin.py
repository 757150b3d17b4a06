"""The one file Airflow scans: loaded by every component and once a task, so it imports next to nothing."""

from airflow.plugins_manager import AirflowPlugin


class RevcyclePlugin(AirflowPlugin):
    """Names the product among the plugins; operators and hooks are imported where they are used."""

    name = "revcycle"
