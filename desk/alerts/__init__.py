"""Alerts at work: kept, fired once, sent to the channels of whoever asked for them."""
