"""The one file Airflow scans: loaded by every component and once a task, so it imports next to nothing."""

from importlib import import_module
from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin


class LazyApp:
    """An ASGI application that is imported by the first request, so that only the API server ever does."""

    def __init__(self, module: str) -> None:
        self.module = module

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the application of the module does."""
        await import_module(self.module).app(scope, receive, send)


class RevcyclePlugin(AirflowPlugin):
    """Names the product among the plugins; operators and hooks are imported where they are used."""

    name = "revcycle"
    fastapi_apps: ClassVar[list[dict[str, Any]]] = [
        {"app": LazyApp("revcycle_airflow.review_pages"), "url_prefix": "/revcycle/reviews", "name": "Weekly reviews"}
    ]
