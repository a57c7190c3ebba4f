"""The shapes of an account that leave the API: its money, its terms, its postings."""

from datetime import datetime

from pydantic import Field

from api.schemas import Exact, Shape

WHEN = '2026-01-31T14:30:00Z'


class BookOut(Shape):
    """One run of the account, from its opening deposit to its reset."""

    number: int = Field(examples=[1])
    quote: str = Field(description='the currency of its money', examples=['USD'])
    opened: datetime = Field(examples=[WHEN])
    closed: datetime | None = Field(description='null: the open one', examples=[None])


class BalanceOut(Shape):
    """What there is of the quote currency or of a coin. available = total − held."""

    asset: str = Field(examples=['USD'])
    total: Exact = Field(description='the sum of its `trader` postings', examples=['93283.23328'])
    held: Exact = Field(description='what open orders hold', examples=['6656.65'])
    available: Exact = Field(examples=['86626.58328'])


class TermsOut(Shape):
    """By what orders are placed from now on; each keeps the terms under which it was placed."""

    maker_fee: Exact = Field(description='per cent', examples=['0.1'])
    taker_fee: Exact = Field(description='per cent', examples=['0.2'])
    spread: Exact = Field(description='per cent, for prices without bid and ask', examples=['0.1'])
    slippage: Exact = Field(description='basis points', examples=['5'])
    touch: bool = Field(description='a resting limit fills when the price touches it', examples=[False])
    participation: Exact = Field(description='per cent of the volume of a price; 0 is off', examples=['0'])
    cut: bool = Field(description='a gap beyond the money cuts the order; else it is refused', examples=[True])


class AccountOut(Shape):
    """The account: the open book, what is in it, its terms, and all books."""

    book: BookOut
    balances: list[BalanceOut]
    open_orders: int = Field(examples=[2])
    terms: TermsOut
    books: list[BookOut] = Field(description='oldest first; earlier ones stay readable with `book=1`')


class PostingOut(Shape):
    """An amount that moved. Those of one transaction sum to zero for each asset."""

    id: int = Field(examples=[40])
    transaction: int = Field(validation_alias='transaction_id', examples=[12])
    kind: str = Field(description='deposit or fill', examples=['fill'])
    at: datetime = Field(examples=[WHEN])
    account: str = Field(description='trader, deposits, market or fees', examples=['trader'])
    asset: str = Field(description='the quote currency or a coin', examples=['USD'])
    amount: Exact = Field(examples=['-6700'])
    fill: int | None = Field(validation_alias='fill_id', examples=[23])
    order: int | None = Field(validation_alias='order_id', examples=[17])


class LedgerPage(Shape):
    """A page of postings, newest first."""

    postings: list[PostingOut]
    cursor: str = Field(description='hand it in to get the next page; empty when there is none')


class CashOut(Shape):
    """The quote currency. available = total − held."""

    total: Exact = Field(examples=['93283.23328'])
    held: Exact = Field(description='what open orders hold', examples=['0'])
    available: Exact = Field(examples=['93283.23328'])


class PositionOut(Shape):
    """One coin in a book; `size` is 0 once all is sold. Costs and profit are without fees, which stand beside."""

    name: str = Field(examples=['BTC'])
    size: Exact = Field(examples=['0.1'])
    cost: Exact = Field(description='what the coins that are held have cost', examples=['6700'])
    average_cost: Exact | None = Field(description='weighted; null when all is sold', examples=['67000'])
    last: Exact | None = Field(description='null for a coin without a price, which counts at its cost')
    value: Exact = Field(examples=['6712.5'])
    share: Exact | None = Field(description='of the equity, in per cent', examples=['6.71'])
    unrealised: Exact = Field(examples=['12.5'])
    unrealised_percent: Exact | None = Field(examples=['0.19'])
    realised: Exact = Field(description='by the weighted average cost', examples=['0'])
    realised_percent: Exact | None = Field(examples=[None])
    realised_fifo: Exact = Field(description='by the oldest coins first', examples=['0'])
    fees: Exact = Field(examples=['13.4'])
    bought: Exact = Field(description='paid in all', examples=['6700'])
    sold: Exact = Field(description='taken in all', examples=['0'])
    opened: datetime | None = Field(description='since when some of it is held', examples=[WHEN])


class PortfolioOut(Shape):
    """A whole book: profit = equity − deposit = realised + unrealised − fees."""

    book: BookOut
    quote: str = Field(examples=['USD'])
    deposit: Exact = Field(examples=['100000'])
    equity: Exact = Field(description='cash and what the coins are worth', examples=['99999.1'])
    cash: CashOut
    cash_share: Exact | None = Field(description='of the equity, in per cent', examples=['93.29'])
    positions: list[PositionOut] = Field(description='held ones first, by their value; then those sold out')
    realised: Exact = Field(examples=['0'])
    realised_fifo: Exact = Field(examples=['0'])
    unrealised: Exact = Field(examples=['12.5'])
    fees: Exact = Field(examples=['13.4'])
    profit: Exact = Field(examples=['-0.9'])
    profit_percent: Exact | None = Field(examples=['0'])
    drawdown: Exact = Field(description='the deepest fall below the highest point before, in per cent', examples=['0'])
    closings: int = Field(description='sales', examples=[0])
    wins: int = Field(description='sales that brought more than what was sold has cost, fees included', examples=[0])
    win_rate: Exact | None = Field(description='per cent of the sales', examples=[None])
    profit_factor: Exact | None = Field(description='won per unit lost; null while nothing is lost', examples=[None])
