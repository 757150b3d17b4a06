"""The pages of weekly reviews, for whoever is logged in: an application of the API server, mounted by the plugin."""

from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_view
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse

from revcycle.foundation.archive import ObjectDamaged, ObjectMissing
from revcycle.foundation.errors import InputUnusable
from revcycle.watch.review import read_page
from revcycle_airflow.hooks.practice import PracticeHook

# A mounted application has no login of its own: without this anybody could read it.
app = FastAPI(
    docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(requires_access_view(AccessView.WEBSITE))]
)
# The page has no script and loads nothing; so nothing is allowed to it.
NOTHING_BUT_STYLE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@app.get("/{sha256}", response_class=HTMLResponse)
def page(sha256: str) -> HTMLResponse:
    """The page as it is in the archive; 404 for what is no page, 500 for one that is no longer what it was."""
    practice = PracticeHook()
    try:
        return HTMLResponse(read_page(practice.engine, practice.archive, sha256), headers=NOTHING_BUT_STYLE)
    except InputUnusable as unknown:
        raise HTTPException(404, str(unknown)) from unknown
    except (ObjectDamaged, ObjectMissing) as broken:
        raise HTTPException(500, str(broken)) from broken
    finally:
        practice.engine.dispose()
