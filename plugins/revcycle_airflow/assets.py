"""What one DAG of the night hands to the next."""

from airflow.sdk import Asset

SWEPT = Asset("revcycle_swept")  # key: the business date up to which encounters have been checked
SUBMITTED = Asset("revcycle_submitted")  # key: the business date whose claims are sent, or wait with a cause
