"""Files as programs and people write them: marks, delimiters, quotes, banners, archives; and what is no CSV file."""

import gzip
from pathlib import Path

import pytest

from desk.csv.file import LINE_LIMIT, CsvFile, Row
from desk.errors import Invalid


def rows(tmp_path: Path, content: bytes | str) -> list[Row]:
    path = tmp_path / 'file.csv'
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with CsvFile(path) as file:
        found = list(file.rows())
        assert file.progress == 1.0
        return found


def cells(tmp_path: Path, content: bytes | str) -> list[list[str]]:
    return [list(row.cells) for row in rows(tmp_path, content)]


BTC = [['BTC', '1', '2026-01-01']]
PLAIN = 'name,price,timestamp\nBTC,1,2026-01-01\n'


@pytest.mark.parametrize(
    'content',
    [
        PLAIN,
        PLAIN.replace('\n', '\r\n'),
        PLAIN.replace('\n', '\r'),
        PLAIN.rstrip(),
        PLAIN.replace(',', ';'),
        PLAIN.replace(',', '\t'),
        PLAIN.replace(',', '|'),
        PLAIN.replace(',', ', '),
        '\n\n' + PLAIN.replace('\n', '\n\n'),
        'Made by a program, on Monday\nhttps://example.org\n' + PLAIN,
        '"name","price","timestamp"\n"BTC","1","2026-01-01"\n',
        PLAIN + ',,\n',
        b'\xef\xbb\xbf' + PLAIN.encode(),
        PLAIN.encode('utf-16'),
        gzip.compress(PLAIN.encode()),
        gzip.compress(b'\xef\xbb\xbf' + PLAIN.encode()),
    ],
    ids=range(16),
)
def test_every_usual_way_to_write_it_is_read(tmp_path: Path, content: bytes | str) -> None:
    assert cells(tmp_path, content) == BTC


def test_quoted_cells_keep_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    content = 'name,price,timestamp,note\nBTC,"67,000.12",2026-01-01,"said ""so"",\r\ntwice "\n'
    assert cells(tmp_path, content) == [['BTC', '67,000.12', '2026-01-01', 'said "so",\r\ntwice ']]


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    content = 'banner\n\nname,price,timestamp,note\nA,1,2,\n\nB,1,2,"two\nlines"\nC,1,2,\n'
    assert [(row.line, row.cells[0]) for row in rows(tmp_path, content)] == [(4, 'A'), (6, 'B'), (8, 'C')]


def test_a_row_of_another_width_is_at_fault(tmp_path: Path) -> None:
    content = 'name,price,timestamp\nBTC,67,000,2026-01-01\nBTC,1\nBTC,1,2026-01-01,,\n'
    assert [row.fault for row in rows(tmp_path, content)] == [
        'The row has 4 cells where the header has 3.',
        'The row has 2 cells where the header has 3.',
        '',
    ]


def test_a_quote_that_is_never_closed_costs_no_more_than_it_swallows(tmp_path: Path) -> None:
    swallowed = 'BTC,1,2026-01-01\n' * 20_000
    found = rows(tmp_path, f'name,price,timestamp\nBTC,1,2026-01-01\nBTC,"1,2026-01-01\n{swallowed}')
    assert (found[1].line, found[1].fault) == (3, 'A quote is opened here that is never closed.')
    assert len(found) > 10_000
    assert found[-1].line == 20_003


def test_what_is_not_utf_8_is_one_bad_row(tmp_path: Path) -> None:
    found = rows(tmp_path, PLAIN.encode() + b'M\xfcnze,1,2026-01-01\n' + 'Münze,1,2026-01-01\n'.encode())
    assert [row.fault for row in found] == ['', 'The row is not UTF-8 text.', '']


def test_an_unknown_header_is_found_too(tmp_path: Path) -> None:
    path = tmp_path / 'file.csv'
    path.write_text('A report\n\nWhen;What;How much\n2026-01-01;BTC;1,5\n')
    with CsvFile(path) as file:
        assert (file.header, file.header_line, file.delimiter) == (['When', 'What', 'How much'], 3, ';')


@pytest.mark.parametrize(
    ('content', 'sentence'),
    [
        (b'', 'The file is empty.'),
        (b'\n \n', 'The file is empty.'),
        (b'PK\x03\x04....', 'a zip archive or a spreadsheet, not a CSV file'),
        (gzip.compress(b'%PDF-1.7'), 'a PDF, not a CSV file'),
        (gzip.compress(PLAIN.encode() * 1000)[:-30], 'damaged'),
        (b'\x1f\x8b\x08nonsense', 'damaged'),
        (PLAIN.encode('utf-16')[:-3], 'not text in UTF-8 or UTF-16'),
        (b'1381095600,122.0,122.0\n1381095660,122.0,122.0\n', 'no header line'),
        (b'only words\nand more\n', 'no header line'),
        (PLAIN.encode() + b'x' * LINE_LIMIT, 'longer than a million characters'),
    ],
    ids=range(10),
)
def test_what_is_no_csv_file_is_refused_in_words(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        rows(tmp_path, content)
    assert sentence in str(refused.value)
