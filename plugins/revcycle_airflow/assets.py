"""What one DAG of the night hands to the next."""

from airflow.sdk import Asset

SWEPT = Asset("revcycle_swept")  # key: the business date up to which encounters have been checked
