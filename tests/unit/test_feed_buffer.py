"""What feeds tell is bounded: however long the database is away, the newest price of each coin is kept."""

from datetime import timedelta

from desk.store.feed_buffer import FeedBuffer
from tests.unit.store_records import NOON, feed


def test_a_running_second_waits_until_it_is_over_or_quiet() -> None:
    buffer = FeedBuffer()
    buffer.put(feed(1, '1', 0))
    buffer.put(feed(1, '2', 1.2))
    assert [each.price for each in buffer.take().samples.values()] == [1]
    buffer.put(feed(1, '3', 1.8))
    assert not buffer.take().samples
    assert [each.price for each in buffer.take().samples.values()] == [3]


def test_minutes_are_given_at_once_and_once() -> None:
    buffer = FeedBuffer()
    buffer.put(feed(1, '1', 0, '2'))
    assert [part.volume for part in buffer.take().minutes.values()] == [2]
    assert not buffer.take().minutes


def test_beyond_its_bound_it_keeps_the_newest_of_each_coin_and_counts() -> None:
    buffer = FeedBuffer(limit=10)
    for second in range(11):
        for coin_id in (1, 2):
            buffer.put(feed(coin_id, str(second + 1), second))
    held = buffer.take(everything=True).samples
    assert len(held) <= 10
    assert all(held[coin_id, NOON + timedelta(seconds=10)].price == 11 for coin_id in (1, 2))
    assert buffer.conflated == 22 - len(held)


def test_more_coins_than_the_bound_are_all_kept() -> None:
    buffer = FeedBuffer(limit=3)
    for coin_id in range(10):
        buffer.put(feed(coin_id))
    assert len(buffer.take(everything=True).samples) == 10


def test_minutes_are_bounded_too() -> None:
    buffer = FeedBuffer(limit=10)
    for minute in range(100):
        buffer.put(feed(1, '1', minute * 60))
    minutes = buffer.take().minutes
    assert len(minutes) <= 10
    assert max(key.start for key in minutes) == NOON + timedelta(minutes=99)
    assert buffer.conflated > 0


def test_what_could_not_be_written_joins_what_came_since() -> None:
    buffer = FeedBuffer()
    buffer.put(feed(1, '1', 0, '1'))
    failed = buffer.take(everything=True)
    buffer.put(feed(1, '2', 0.5, '1'))
    buffer.put_back(failed)
    again = buffer.take(everything=True)
    assert [each.price for each in again.samples.values()] == [2]
    part = next(iter(again.minutes.values()))
    assert [part.open, part.close, part.volume] == [1, 2, 2]


def test_a_written_second_gets_no_second_record() -> None:
    buffer = FeedBuffer()
    buffer.put(feed(1, '1', 0))
    written = buffer.take(everything=True)
    buffer.put(feed(1, '2', 0.5))
    buffer.done(written)
    buffer.put(feed(1, '3', 0.9))
    assert not buffer.take(everything=True).samples
