"""The paper account over HTTP: what it has, by which terms it trades, where its money went, and a new beginning."""

import asyncio
from dataclasses import asdict, fields, replace
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api import body, examples, order_examples
from api.orders import BookNumber, Limit
from api.portfolio_schemas import AccountOut, LedgerPage, PortfolioOut, TermsOut
from desk.desk import Desk
from desk.errors import Invalid
from desk.ledger import ACCOUNTS
from desk.orders import Terms
from desk.portfolio import Portfolio
from desk.store import Line

RATES = ('maker_fee', 'taker_fee', 'spread', 'slippage', 'participation')
PORTFOLIO_FIELDS = [field.name for field in fields(Portfolio)]
FLAGS = ('touch', 'cut')
Asset = Annotated[str, Query(description='the quote currency or a coin; all where it is missing', examples=['USD'])]
LedgerAccount = Annotated[str, Query(description=f'one of {", ".join(ACCOUNTS)}', examples=['trader'])]


def router(desk: Desk) -> APIRouter:
    """The routes under /api/account, /api/portfolio and /api/ledger."""
    routes = APIRouter(tags=['portfolio'])
    _account(routes, desk)
    _terms(routes, desk)
    _portfolio(routes, desk)
    _ledger(routes, desk)
    return routes


def _account(routes: APIRouter, desk: Desk) -> None:
    @routes.get('/api/account', response_model=AccountOut, responses=examples.problems(503))
    async def account() -> Any:
        """The open book: each balance with what open orders hold of it, the terms, and all books there were."""
        return await _shown(desk)

    one_at_a_time = asyncio.Lock()

    @routes.post(
        '/api/account/reset',
        response_model=AccountOut,
        openapi_extra=order_examples.RESET,
        responses=examples.problems(400, 409, 413, 422, 503),
    )
    async def reset(request: Request) -> Any:
        """Begin anew: cancel all open orders, close the book and open the next with a new deposit.

        Name the book that ends: then a request that comes twice ends no more than one.
        """
        given = await body.read(request, lambda sent: body.fields(sent, ('confirm',), '{"confirm": "book 1"}'))
        async with one_at_a_time:
            number = desk.broker.account().book.number
            _check_confirmed(body.text(given, 'confirm', '"book 1"'), number)
            await desk.broker.reset(number=number)
            return await _shown(desk)


def _terms(routes: APIRouter, desk: Desk) -> None:
    @routes.get('/api/account/terms', response_model=TermsOut, responses=examples.problems())
    async def terms() -> Terms:
        """Fees, spread, slippage and the rest, by which orders are placed from now on."""
        return desk.broker.terms

    @routes.put(
        '/api/account/terms',
        response_model=TermsOut,
        openapi_extra=order_examples.TERMS,
        responses=examples.problems(400, 413, 422, 503),
    )
    async def set_terms(request: Request) -> Terms:
        """Change some of the terms, or all; open orders keep theirs."""
        given = await body.read(request, _changed_terms)
        await desk.broker.set_terms(replace(desk.broker.terms, **given))
        return desk.broker.terms


def _portfolio(routes: APIRouter, desk: Desk) -> None:
    @routes.get('/api/portfolio', response_model=PortfolioOut, responses=examples.problems(404, 422, 503))
    async def portfolio(book: BookNumber = None) -> Any:
        """What a book is worth and what it has earned, at the prices of now; of a closed one, of its end."""
        found = await desk.portfolio.read(book)
        held = found.cash - found.available
        cash = {'total': found.cash, 'held': held, 'available': found.available}
        return {**{name: getattr(found, name) for name in PORTFOLIO_FIELDS}, 'quote': found.book.quote, 'cash': cash}


def _ledger(routes: APIRouter, desk: Desk) -> None:
    @routes.get('/api/ledger', response_model=LedgerPage, responses=examples.problems(404, 422, 503))
    async def ledger(
        asset: Asset = '', account: LedgerAccount = '', book: BookNumber = None, limit: Limit = 100, cursor: str = ''
    ) -> Any:
        """The postings of a book, newest first. A balance is the sum of the `trader` postings of its asset."""
        if account and account not in ACCOUNTS:
            raise Invalid(f'There is no account “{account[:20]}”; there are {", ".join(ACCOUNTS)}.', 'account')
        quote = (await desk.portfolio.book(book)).quote
        money = asset.strip().upper() == quote
        page = await desk.broker.postings(
            book=book,
            account=account,
            quote=money,
            coins=[asset] if asset and not money else None,
            limit=limit,
            cursor=cursor,
        )
        return {'postings': [_posting(desk, line, quote) for line in page.items], 'cursor': page.cursor}


async def _shown(desk: Desk) -> dict[str, Any]:
    account, books = desk.broker.account(), await desk.broker.books()
    return {
        'book': account.book,
        'balances': [_balance(desk, asset) for asset in (None, *sorted(filter(None, account.totals)))],
        'open_orders': len(account.orders),
        'terms': desk.broker.terms,
        'books': books,
    }


def _balance(desk: Desk, asset: int | None) -> dict[str, Any]:
    account = desk.broker.account()
    return {
        'asset': account.book.quote if asset is None else desk.broker.name(asset),
        'total': account.total(asset),
        'held': account.held(asset),
        'available': account.available(asset),
    }


def _posting(desk: Desk, line: Line, quote: str) -> dict[str, Any]:
    return {**asdict(line), 'asset': quote if line.coin_id is None else desk.broker.name(line.coin_id)}


def _check_confirmed(said: str, number: int) -> None:
    if said.strip().casefold() != f'book {number}':
        raise Invalid(f'A reset ends book {number} for good: say so with {{"confirm": "book {number}"}}.', 'confirm')


def _changed_terms(sent: Any) -> dict[str, Any]:
    given = body.fields(sent, RATES + FLAGS, '{"taker_fee": "0.20"}')
    if not given:
        raise Invalid('Say what changes: {"taker_fee": "0.20"}.')
    return {name: body.flag(given, name) if name in FLAGS else _rate(given, name) for name in given}


def _rate(given: dict[str, Any], name: str) -> Decimal:
    try:
        return body.amount(given, name)
    except Invalid as error:
        raise Invalid(str(error).replace('A price', 'A rate').replace('a price', 'a rate'), name) from None
