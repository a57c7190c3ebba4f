"""Where the desk remembers: SQLite or PostgreSQL behind one façade."""

from desk.store.records import FeedRecord, HistoryPage, Line, Page, Record, Story
from desk.store.store import Store

__all__ = ['FeedRecord', 'HistoryPage', 'Line', 'Page', 'Record', 'Store', 'Story']
