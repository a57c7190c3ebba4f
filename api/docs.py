"""GET /docs: Swagger UI from this machine: a desk may be offline, and no other server may run code on its pages."""

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from gate.headers import NONCE


def add(api: FastAPI, prefix: str) -> None:
    """Documentation of `api` at /docs, with the files of the package fastapi-swagger under /swagger;
    `prefix` is '' or what browsers put before, like '/desk'."""
    api.mount('/swagger', StaticFiles(packages=[('fastapi_swagger', 'resources')]))

    @api.get('/docs', include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url=f'{prefix}/openapi.json',
            title='Cointape API',
            swagger_js_url=f'{prefix}/swagger/swagger-ui-bundle.js',
            swagger_css_url=f'{prefix}/swagger/swagger-ui.css',
            swagger_favicon_url=f'{prefix}/swagger/favicon-32x32.png',
        )
        return HTMLResponse(
            bytes(page.body).replace(b'<script>', f'<script nonce="{request.scope.get(NONCE, "")}">'.encode(), 1)
        )
