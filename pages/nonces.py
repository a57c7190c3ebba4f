"""The scripts that NiceGUI's own page template holds are marked as the server's, so that a browser runs no others.

The mark is made by the gate, anew for each answer, and named in its Content-Security-Policy. It is put into the
template before that is compiled, never into what a template has made: what somebody wrote gets no mark.
"""

from collections.abc import Callable

from jinja2 import BaseLoader, Environment
from nicegui.client import templates

MARK = '<script nonce="{{ request.scope[\'cointape.nonce\'] }}"'


class Marked(BaseLoader):
    """The templates of another loader."""

    def __init__(self, inner: BaseLoader) -> None:
        self.inner = inner

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """With a mark on each script."""
        source, file, fresh = self.inner.get_source(environment, template)
        return source.replace('<script', MARK), file, fresh


def install() -> None:
    """From now on pages are made so."""
    inner = templates.env.loader
    if inner is not None and not isinstance(inner, Marked):
        templates.env.loader = Marked(inner)
        if templates.env.cache is not None:
            templates.env.cache.clear()
