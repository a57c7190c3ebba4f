"""`python app.py`: the desk, until Ctrl-C."""

from commands.allocator import give_back_what_is_freed
from commands.flags import settled
from commands.preparing import prepare, prepare_port
from desk.replay.feed import staged
from desk.settings import Settings


@settled()
def run(settings: Settings) -> None:
    """A live cryptocurrency board. Each flag is also a variable: --data-dir is COINTAPE_DATA_DIR."""
    give_back_what_is_freed()
    prepare_port(settings.host, settings.port)
    if settings.replay:
        print(f'Reading {settings.replay} …', flush=True)
    settings = staged(settings)
    lock = prepare(settings)
    from commands.serving import serve  # pages and NiceGUI: most of a start, which no other command needs

    serve(settings, lock)
