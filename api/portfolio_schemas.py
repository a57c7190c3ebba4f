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
