from tests.airflow_home import airflow_environment, airflow_home, dags, run_partition

__all__ = ["airflow_environment", "airflow_home", "dags", "run_partition"]
