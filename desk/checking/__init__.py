"""Whether what a database holds agrees with itself. Reads alone, as of one moment, a desk may run meanwhile."""

from desk.checking.checks import Looked, checked

__all__ = ['Looked', 'checked']
