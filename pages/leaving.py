"""What NiceGUI keeps of pages that are gone, let go: a window's storage at once, and each page no more than once."""

from nicegui import Client, app

_delete = Client.delete


def delete(client: Client) -> None:
    """As NiceGUI's; two documents of one page (a stranger may open them) are each an end of it."""
    if client.id in Client.instances:
        _delete(client)


def let_go(client: Client) -> None:
    """The window's storage, which no page uses, would stay for 30 days."""
    tab = client._pinned_tab_id
    if all(other._pinned_tab_id != tab for other in Client.instances.values() if other is not client):
        app.storage._tabs.pop(tab or '', None)


def install() -> None:
    """From now on."""
    Client.delete = delete  # type: ignore[method-assign,assignment]
    app.on_delete(let_go)
