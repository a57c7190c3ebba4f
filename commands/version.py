"""`python app.py version`."""

from desk.status import VERSION, versions
from desk.store.schema import newest


def version() -> None:
    """Say which version this is, which revision of the database it needs, and what it is built on.

    "check", "export" and "prune" need a database of this revision. An older one is upgraded when the desk starts, a
    newer one is refused.
    """
    others = ', '.join(f'{name} {number}' for name, number in versions().items() if name != 'cointape')
    print(f'Cointape {VERSION}, database revision {newest()}; {others}.')
