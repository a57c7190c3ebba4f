"""Where prices come from by themselves: one file per source. FEEDS names them, Feeds runs them."""

from desk.feeds.feed import Feed, FeedMaker, Sink
from desk.feeds.markets import Grid
from desk.feeds.state import FeedState, Health
from desk.feeds.supervisor import FEEDS, Feeds

__all__ = ['FEEDS', 'Feed', 'FeedMaker', 'FeedState', 'Feeds', 'Grid', 'Health', 'Sink']
