"""Where the desk remembers: SQLite or PostgreSQL behind one façade."""

from desk.store.records import Entry, HistoryPage, Line, Page, Record, Story
from desk.store.store import Store
from desk.store.trade_store import TradeStore

__all__ = ['Entry', 'HistoryPage', 'Line', 'Page', 'Record', 'Store', 'Story', 'TradeStore']
