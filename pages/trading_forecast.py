"""In full, beside the button: what it would do now, at which price, what it costs and what it holds."""

from datetime import datetime, timedelta
from decimal import Decimal
from html import escape

from nicegui import ui

from desk.desk import Desk
from desk.matching.account import Estimate
from desk.orders import Kind, Side, Terms, Ticket
from pages.formats import format_age, format_full, format_money, format_price
from pages.trading_cells import telling_decimals
from pages.trading_draft import Draft

Fact = tuple[str, str, str]
SLIPPING = (Kind.MARKET, Kind.STOP, Kind.TRAILING_STOP)
LONG = 24
WAITS_AT = {
    Kind.MARKET: 'Estimated price',
    Kind.LIMIT: 'Limit',
    Kind.STOP: 'Stop',
    Kind.STOP_LIMIT: 'Limit',
    Kind.TRAILING_STOP: 'Stop now',
}


class Forecast:
    """Facts and sentences under the fields of the ticket; only what changed is sent."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.refused = desk, ''
        with ui.element('div').classes('forecast').props('role=group aria-label="What will happen"'):
            self.facts = ui.html(tag='dl', sanitize=False)
            self.words = ui.html(tag='div', sanitize=False).classes('small').props('role=status')
            self.refusal = ui.html(tag='div', sanitize=False).classes('notice bad small').props('role=alert')

    def show(self, ticket: Ticket, estimate: Estimate) -> None:
        """What would become of this ticket."""
        terms, quote = self.desk.broker.terms, self.desk.settings.quote
        spread = self.desk.broker.glance(ticket.name).spread_percent
        facts = [*price_facts(ticket, estimate, terms, spread), *money_facts(ticket, estimate, terms, quote)]
        words = (said_of_time(estimate, self.desk.clock()), *estimate.notes)
        self._say(facts, words, estimate.refusal)
        self.words.classes(remove='muted')

    def incomplete(self, draft: Draft, missing: str) -> None:
        """The ticket is not written yet: what there is to trade with, and what is missing."""
        buys, quote = draft.side == Side.BUY, self.desk.settings.quote
        available = self.desk.broker.account().available(None if buys else self.desk.coin(draft.name).id)
        fact = ('Available', amount(available, quote if buys else draft.name, buys), format_full(available))
        self._say([fact], (missing,) if missing else (), '')
        self.words.classes('muted')

    def _say(self, facts: list[Fact], words: tuple[str, ...], refusal: str) -> None:
        self.facts.set_content(''.join(fact_html(*fact) for fact in facts))
        self.words.set_content(''.join(f'<p>{escape(sentence)}</p>' for sentence in words if sentence))
        self.refused = refusal
        self.refusal.set_content(escape(refusal))
        self.refusal.set_visibility(bool(refusal))


def said_of_time(estimate: Estimate, now: datetime) -> str:
    """Whether it fills at once; how old the price is where that may be why it does not."""
    if estimate.at_once:
        return 'Fills at once.'
    age = format_age(now - timedelta(seconds=estimate.age or 0), now)
    return f'The last price is {age} old.' if age else ''


def price_facts(ticket: Ticket, estimate: Estimate, terms: Terms, spread: Decimal) -> list[Fact]:
    """The price with what is in it."""
    facts = []
    if estimate.price is not None:
        label = 'Estimated price' if estimate.at_once else WAITS_AT[ticket.kind]
        facts.append((label, format_price(estimate.price), format_full(estimate.price)))
    if ticket.kind in SLIPPING:
        facts.append(('Slippage', f'{format_full(terms.slippage)} bp', 'basis points, hundredths of a per cent'))
    if estimate.bid is not None and estimate.ask is not None:
        decimals = telling_decimals(estimate.bid, estimate.ask)
        facts.append(
            ('Bid · Ask', ' · '.join(format_price(each, decimals) for each in (estimate.bid, estimate.ask)), '')
        )
        facts.append(('Spread', f'{format_full(spread)} %', 'between bid and ask'))
    if estimate.size is not None and ticket.size is None:
        facts.append(('Size', f'{format_full(estimate.size)} {ticket.name}', ''))
    return facts


def money_facts(ticket: Ticket, estimate: Estimate, terms: Terms, quote: str) -> list[Fact]:
    """The money that moves, what it holds, and what there is."""
    buys = ticket.side == Side.BUY
    own = quote if buys else ticket.name
    rate, kind = (terms.maker_fee, 'maker') if estimate.maker else (terms.taker_fee, 'taker')
    facts = [
        ('Cost' if buys else 'Proceeds', f'{format_money(estimate.value)} {quote}', format_full(estimate.value)),
        (f'Fee, {format_full(rate)} % {kind}', f'{format_money(estimate.fee)} {quote}', format_full(estimate.fee)),
        ('Total', f'{format_money(estimate.total)} {quote}', format_full(estimate.total)),
    ]
    if estimate.holds:
        facts.append(('Held meanwhile', amount(estimate.holds, own, buys), format_full(estimate.holds)))
    facts.append(('Available', amount(estimate.available, own, buys), format_full(estimate.available)))
    return facts


def amount(number: Decimal, asset: str, is_money: bool) -> str:
    """Money to the cent, coins to their last digit."""
    return f'{format_money(number) if is_money else format_full(number)} {asset}'


def fact_html(label: str, value: str, title: str) -> str:
    """One line of the list; names are user input."""
    kind = ' class="total"' if label == 'Total' else ''
    return f'<div{kind}><dt>{escape(label)}</dt><dd title="{escape(title)}">{_breakable(escape(value))}</dd></div>'


def _breakable(value: str) -> str:
    """What is too long for its line goes on in the next between groups of digits, not within one."""
    return value.replace(',', ',<wbr>') if len(value) > LONG else value
