"""`make trouble` has two workers: the long soak is alone in one, and all other tests follow each other in the other."""

import pytest

ALONE = 'test_soak'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Name the worker of each; `--dist loadgroup` keeps to that."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(ALONE if item.path.stem == ALONE else 'trouble'))
