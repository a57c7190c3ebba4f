"""The star of a coin: plain HTML in a row that all share, and for each user one style sheet that says which are on.

So a page of a hundred coins has one live cell for its stars, and a star that is pressed changes in all windows of its
user at once. The form's answer is 204: nothing navigates, and no script is needed.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from fastapi import Request, Response
from nicegui import app, ui

from desk.acting import whose
from desk.desk import Desk
from desk.errors import DeskError
from pages.event import Event
from pages.live import Live
from pages.live_cell import Cell
from pages.own import own


class Stars:
    """The style sheets. `refused` tells in which browser, and why, a star could not be put on or taken off."""

    def __init__(self, desk: Desk, live: Live) -> None:
        self.desk, self.live = desk, live
        self.refused = Event[[str, str]]()
        self._sheets: dict[str, Cell] = {}
        desk.watchlists.subscribe(self.render)

        @app.post('/star/{coin_id}', include_in_schema=False)
        async def press(coin_id: int, request: Request) -> Response:
            try:
                await desk.watchlists.press_star(coin_id)
            except DeskError as error:
                self.refused.emit(request.session.get('id', ''), str(error))
            return Response(status_code=204)

    def show(self) -> None:
        """Put the user's sheet on the page that is being built; a star that this browser is refused is told there."""
        here = app.storage.browser['id']

        def refused(browser: str, why: str) -> None:
            if browser == here:
                ui.notify(why, type='negative')

        self.live.show(self._sheet(whose()))
        self.refused.subscribe(refused)

    def render(self, _: int) -> None:
        """A list changed."""
        for user, sheet in self._sheets.items():
            self.live.set(sheet, stars_css(self.desk.watchlists.starred(user)))

    def _sheet(self, user: str) -> Cell:
        if user not in self._sheets:
            self._sheets[user] = self.live.cell(f'stars-{user}', 'style')
            self.render(0)
        return self._sheets[user]


def stars_css(coin_ids: Iterable[int]) -> str:
    """Show these stars as on."""
    forms = ','.join(f'#s{coin_id}' for coin_id in sorted(coin_ids))
    return f':is({forms}) .off{{display:none}}:is({forms}) .on{{display:block}}' if forms else ''


def star_html(coin_id: int, name: str) -> str:
    """The star of a coin, off and on: the sheet hides one of the two."""
    called = escape(name)
    return (
        f'<form class=star id=s{coin_id} method=post action={own("/star")}/{coin_id}><button>'
        f'<span class=off>Put a star on {called}</span><span class=on>Take the star off {called}</span>'
        '</button></form>'
    )


def new_alert_html(name: str) -> str:
    """The way to a new alert for a coin."""
    path = own(f'/alerts/new?coin={quote(name, safe="")}')
    return f'<a class=new-alert href="{path}"><span>New alert for {escape(name)}</span></a>'
