"""`python app.py check`."""

from commands.flags import settled
from desk.checking import checked
from desk.settings import Settings
from desk.store.existing import existing
from desk.store.schema import expect


@settled('data_dir', 'database_url')
def check(settings: Settings) -> None:
    """Look through the whole database: is it sound, and does what it holds agree with itself?

    SQLite's own check of its file; every row that another cites is there; each transaction of the ledger sums to zero
    and is what its fill says; orders sum up their fills; candles are those of the recorded prices. It changes nothing,
    and a desk may run meanwhile. It ends with status 0 if nothing is wrong, 1 if something is, 2 if it could not look.
    """
    wrong = 0
    with existing(settings.database) as engine:
        expect(engine)
        for looked in checked(engine):
            print(f'{looked.what}: {"fine" if not looked.count else f"{looked.count} wrong"}.', flush=True)
            for sentence in looked.wrong:
                print(f'  {sentence}')
            wrong += looked.count
    print('There is nothing wrong.' if not wrong else f'Wrong: {wrong}.')
    if wrong:
        raise SystemExit(1)
