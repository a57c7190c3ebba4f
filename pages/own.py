"""Addresses of this desk's own in markup that is written here: behind a proxy all of them may begin with a prefix.

`ui.link`, `ui.navigate.to`, `ui.upload` and the like take an address as the pages are defined ('/alerts') and put the
prefix before it in the browser. Whatever is HTML or a live cell does not: there it is `href=own('/alerts')`.
"""

from nicegui import app


def own(path: str) -> str:
    """The address, from its first slash, as a browser asks for it: '/alerts' is '/desk/alerts' behind /desk."""
    return f'{getattr(app.state, "path_prefix", "")}{path}'
