"""The exchange process's way out: bounded, and never in the way of the exchange's own loop."""

import json
import threading

from desk.feeds.outbox import Outbox


def test_the_way_out_is_bounded_and_keeps_the_newest_of_each_coin() -> None:
    lines: list[bytes] = []
    outbox = Outbox(lines.append, bound=3)
    outbox.ticks([['A', '1'], ['B', '1'], ['A', '2']])
    assert outbox.conflated == 0
    outbox.ticks([['A', '3'], ['B', '2']])
    outbox.say({'is': 'pulse'})
    outbox.close()
    outbox.run()
    assert [json.loads(line) for line in lines] == [
        {'is': 'pulse'},
        {'is': 'ticks', 'rows': [['A', '3'], ['B', '2']]},
    ]
    assert outbox.conflated == 3


def test_of_pulses_that_nobody_reads_the_newest_alone_waits() -> None:
    lines: list[bytes] = []
    outbox = Outbox(lines.append)
    for number in range(1000):
        outbox.say({'is': 'pulse', 'outages': number})
        if not number:
            outbox.say({'is': 'filled', 'name': 'BTC'})
    outbox.close()
    outbox.run()
    assert [json.loads(line) for line in lines] == [{'is': 'filled', 'name': 'BTC'}, {'is': 'pulse', 'outages': 999}]


def test_a_reader_that_stops_reading_stops_nobody_else() -> None:
    reading, lines = threading.Event(), list[bytes]()

    def write(line: bytes) -> None:
        reading.wait(10)
        lines.append(line)

    outbox = Outbox(write, bound=100)
    writer = threading.Thread(target=outbox.run)
    writer.start()
    for number in range(10_000):
        outbox.ticks([['BTC', str(number)]])
    reading.set()
    outbox.close()
    writer.join(10)
    rows = [row for line in lines for row in json.loads(line)['rows']]
    assert rows[-1] == ['BTC', '9999']
    assert len(rows) + outbox.conflated == 10_000
    assert len(rows) <= 301
