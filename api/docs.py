"""GET /docs: Swagger UI from this machine: a desk may be offline, and no other server may run code on its pages."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles


def add(api: FastAPI) -> None:
    """Documentation of `api` at /docs, with the files of the package fastapi-swagger under /swagger."""
    api.mount('/swagger', StaticFiles(packages=[('fastapi_swagger', 'resources')]))

    @api.get('/docs', include_in_schema=False)
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url='/openapi.json',
            title='Cointape API',
            swagger_js_url='/swagger/swagger-ui-bundle.js',
            swagger_css_url='/swagger/swagger-ui.css',
            swagger_favicon_url='/swagger/favicon-32x32.png',
        )
