"""NiceGUI as it comes, serving a peer's page."""

from nicegui import app, background_tasks, ui

from benches.peers.ticking import Submit, obey


def serve(port: int, submit: Submit) -> None:
    """Serve the page that is defined, and change prices on command; returns when the server ends."""
    app.on_startup(lambda: background_tasks.create(obey(submit), name='bench'))
    ui.run(
        port=port,
        host='127.0.0.1',
        reload=False,
        show=False,
        show_welcome_message=False,
        ws_per_message_deflate=False,
    )
