"""The environment that makes an Airflow process one of a state: every setting, no file, no argument with a secret."""

import os
import sys
from collections.abc import Mapping

from revcycle.foundation.state import CHECKOUT, State
from revcycle.local import simulator
from revcycle.local.databases import METADATA_VARIABLE, PRACTICE_VARIABLE, Databases
from revcycle.local.processes import STATE_VARIABLE
from revcycle.local.secrets import Secrets, password_file
from revcycle.local.settings import Settings

LOOPBACK = "127.0.0.1"
# Each costs a start 13 seconds (no bytecode) or lets the caller's own settings reach into ours.
NOT_INHERITED = ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONSTARTUP", "AIRFLOW_CONFIG")


def inherited() -> dict[str, str]:
    """What goes along of the caller's environment."""
    return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}


def of_parts(state: State, settings: Settings, secrets: Secrets, databases: Databases) -> dict[str, str]:
    """The variables of Airflow's parts that are ours: a process with other values belongs to an earlier start."""
    own = _python() | _revcycle(state, settings, databases) | _airflow(state, settings, secrets, databases)
    return own | simulator.variables(state, settings, secrets)


def of_supervisor(state: State) -> dict[str, str]:
    """The supervisor's: not the URLs of the embedded databases, which it would take for somebody else's."""
    return _python() | {STATE_VARIABLE: str(state.root), "REVCYCLE_PRACTICE": str(state.practice_yaml)}


def parallelism(cores: int) -> int:
    """Tasks at once: one a core, at least two. Above 16 LocalExecutor's pipe deadlocks (apache/airflow#70526)."""
    return min(max(cores, 2), 16)


def _python() -> dict[str, str]:
    unproxied = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").split(",")
    no_proxy = ",".join(dict.fromkeys(filter(None, (*unproxied, LOOPBACK))))
    return {
        "PYTHONPATH": os.pathsep.join((str(CHECKOUT / "include"), str(CHECKOUT / "plugins"))),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",  # of other people's packages, at every start
        # A title written over the environment would hide what a process belongs to (processes.py).
        "SPT_NOENV": "1",
        # A proxy of the user's is not for the parts among themselves.
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def _revcycle(state: State, settings: Settings, databases: Databases) -> dict[str, str]:
    return {
        STATE_VARIABLE: str(state.root),
        PRACTICE_VARIABLE: databases.practice,
        "REVCYCLE_TIME_ZONE": settings.time_zone,
        "REVCYCLE_PRACTICE": str(state.practice_yaml),
    }


def _airflow(state: State, settings: Settings, secrets: Secrets, databases: Databases) -> dict[str, str]:
    logs = state.logs / "airflow"
    sections: dict[str, Mapping[str, object]] = {
        "CORE": {
            "DAGS_FOLDER": CHECKOUT / "dags",
            "PLUGINS_FOLDER": CHECKOUT / "plugins",
            "LOAD_EXAMPLES": False,
            "DAGS_ARE_PAUSED_AT_CREATION": False,  # a paused follower loses its dates
            "EXECUTOR": "LocalExecutor",
            "PARALLELISM": parallelism(os.cpu_count() or 1),
            "FERNET_KEY": secrets.fernet,
            "SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{user}:{role}" for user, role in settings.users.items()),
            "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": password_file(state),
            "SIMPLE_AUTH_MANAGER_ALL_ADMINS": False,
            "EXECUTION_API_SERVER_URL": f"{settings.url}/execution/",
            "HOSTNAME_CALLABLE": "socket.gethostname",  # no look-up in a DNS that may be away
        },
        "API": {
            "HOST": LOOPBACK,
            "PORT": settings.port,
            "BASE_URL": settings.url,
            "WORKERS": 1,
            "SECRET_KEY": secrets.session,
            "EXPOSE_CONFIG": False,
            "EXPOSE_STACKTRACE": False,
            "INSTANCE_NAME": "Revcycle",
        },
        "API_AUTH": {"JWT_SECRET": secrets.jwt},
        "DATABASE": _metadata(databases),
        "SCHEDULER": {
            # A task whose process died is noticed after 90 s and not 300, also one that a dead scheduler had queued.
            "TASK_INSTANCE_HEARTBEAT_TIMEOUT": 90,
            "ORPHANED_TASKS_CHECK_INTERVAL": 60,
            "ENABLE_HEALTH_CHECK": False,
            "SCHEDULER_HEALTH_CHECK_SERVER_HOST": LOOPBACK,
        },
        "DAG_PROCESSOR": {
            "REFRESH_INTERVAL": 60,  # a new DAG file is found within a minute ...
            "MIN_FILE_PROCESS_INTERVAL": 120,  # ... and a known one costs 0.3 s of a core every two
            "PRINT_STATS_INTERVAL": 0,
        },
        "LOGGING": {
            "BASE_LOG_FOLDER": logs,
            "DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": logs / "dag_processor",
            "FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
            "FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
            "LOGGING_LEVEL": "INFO",
            "UVICORN_LOGGING_LEVEL": "WARNING",
            "NAMESPACE_LEVELS": "http.access=WARNING httpx=WARNING",  # a line a request, a line a call
            "COLORED_CONSOLE_LOG": False,
        },
    }
    flat = {f"AIRFLOW__{section}__{name}": str(v) for section, names in sections.items() for name, v in names.items()}
    return {"AIRFLOW_HOME": str(state.airflow_home), **flat}


def _metadata(databases: Databases) -> dict[str, str]:
    """Both drivers that Airflow asks for; of a metadata database of the user's own it derives the second itself."""
    if os.environ.get(METADATA_VARIABLE):
        return {"SQL_ALCHEMY_CONN": databases.metadata}
    return {
        "SQL_ALCHEMY_CONN": databases.metadata.replace("postgresql://", "postgresql+psycopg2://", 1),
        "SQL_ALCHEMY_CONN_ASYNC": databases.metadata.replace("postgresql://", "postgresql+asyncpg://", 1),
    }


def airflow(*arguments: str) -> list[str]:
    """The command line of Airflow in this environment (-P: the working folder is no place for modules)."""
    return [sys.executable, "-P", "-m", "airflow", *arguments]


# In the order of their start. Without --skip-serve-logs two of them serve logs to every interface (8793, 8794).
AIRFLOW_PARTS = {
    "api-server": airflow("api-server"),
    "scheduler": airflow("scheduler", "--skip-serve-logs"),
    "dag-processor": airflow("dag-processor"),
    "triggerer": airflow("triggerer", "--skip-serve-logs"),
}


def parts(state: State, settings: Settings) -> dict[str, list[str]]:
    """Everything the supervisor watches besides the database, in the order of its start."""
    beside = {simulator.PART: simulator.command(state, settings)} if simulator.belongs(state) else {}
    return beside | AIRFLOW_PARTS
