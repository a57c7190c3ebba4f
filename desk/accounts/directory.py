"""Who may come in, in memory: looked up by digest, and told when a way in is closed."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256

from desk.account import Account, Member, Session, Token, account_key
from desk.acting import LOCAL, NOBODY, Actor, Role
from desk.errors import NotFound
from desk.followers import Followers

LONGEST_SECRET = 100
NEVER = datetime.max.replace(tzinfo=UTC)
Asked = Callable[[], Actor]


class Directory:
    """All members as they are stored. `ended` tells each 'session:ID' and 'token:ID' that lets nobody in any more.

    It tells those of an account that is switched off or may less than before as well, though they may go on: whoever
    holds a socket open for them closes it.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock, self.ended = clock, Followers[str]()
        self.members: dict[int, Member] = {}
        self._ids: dict[str, int] = {}
        self._sessions: dict[str, Session] = {}  # by digest, as the next
        self._tokens: dict[str, Token] = {}
        self._alive: set[str] = set()  # vias whose end was not told yet
        self._next = NEVER  # when the first of them expires, or sooner

    @property
    def administered(self) -> bool:
        """Whether there is an administrator."""
        return any(member.account.role == Role.ADMINISTRATOR for member in self.members.values())

    @property
    def alive(self) -> frozenset[str]:
        """All that may let somebody in, each as an Actor's `via`."""
        return frozenset(self._alive)

    def find(self, name: str) -> Member | None:
        """The member of this name, whatever its case."""
        return self.members.get(self._ids.get(f'name:{account_key(name)}', 0))

    def of_user(self, user: str) -> Member:
        """The member whose key this is; raises NotFound."""
        if (number := self._ids.get(f'user:{user}')) is None:
            raise NotFound('There is no account for this yet: the desk has not been asked for a login.')
        return self.members[number]

    def administers(self, user: str) -> bool:
        """Whether this is an administrator; where there is no account of theirs, whether it is the local user."""
        member = self.members.get(self._ids.get(f'user:{user}', 0))
        if member is None:
            return user == LOCAL
        return member.account.role == Role.ADMINISTRATOR and member.account.switched_off is None

    def get(self, account_id: int) -> Member:
        """One of them; raises NotFound."""
        if account_id not in self.members:
            raise NotFound(f'There is no account {account_id}.')
        return self.members[account_id]

    def put(self, member: Member) -> Member:
        """Take it as it is now, unless a newer one is known, and tell what has ended by that."""
        before = self.members.get(member.account.id)
        if before is not None and before.account.revision > member.account.revision:
            return before
        was = _ways(before) if before else {}
        self._forget(before)
        self._keep(member)
        closed = set(was) - set(_ways(member))
        if before is not None and _may_less(before.account, member.account):
            closed = set(was)
        for via in sorted(closed):
            self.ended.tell(via)
        return member

    def session(self, secret: str) -> Session | None:
        """The one whose secret this is, unless it has expired."""
        found = self._sessions.get(digest(secret))
        return found if found and found.expires > self.clock() else None

    def token(self, secret: str) -> Token | None:
        """The one whose secret this is, unless it has expired."""
        found = self._tokens.get(digest(secret))
        return found if found and not _expired(found, self.clock()) else None

    def actor(self, way: Session | Token, address: str) -> Asked:
        """Gives who comes in this way as they are at that moment: NOBODY once it has ended."""
        number, via = way.account_id, way.via
        known: Member | None = None
        actor, expires = NOBODY, way.expires

        def asked() -> Actor:
            nonlocal known, actor
            if expires is not None and expires <= self.clock():
                return NOBODY
            if self.members.get(number) is not known:
                known = self.members.get(number)
                actor = _actor(known, via, address) if known else NOBODY
            return actor

        return asked

    def expire(self) -> None:
        """Let go the sessions whose time is over and tell their end, and that of tokens."""
        now = self.clock()
        if now < self._next:
            return
        alive = [way for way in self._all() if way.via in self._alive]
        self._next = min((way.expires for way in alive if way.expires and way.expires > now), default=NEVER)
        over = [way.via for way in alive if _expired(way, now)]
        self._alive -= set(over)
        for via in over:
            self.ended.tell(via)

    def _all(self) -> Iterable[Session | Token]:
        yield from self._sessions.values()
        yield from self._tokens.values()

    def _keep(self, member: Member) -> None:
        account = member.account
        self.members[account.id] = member
        self._ids[f'user:{account.user}'] = self._ids[f'name:{account_key(account.name)}'] = account.id
        if account.is_on:
            self._sessions |= {each.digest: each for each in member.sessions}
            self._tokens |= {each.digest: each for each in member.tokens}
        now = self.clock()
        alive = {via: way.expires or NEVER for via, way in _ways(member).items() if not _expired(way, now)}
        self._alive |= alive.keys()
        self._next = min(self._next, *alive.values(), NEVER)

    def _forget(self, member: Member | None) -> None:
        if member is None:
            return
        ways: list[Session | Token] = [*member.sessions, *member.tokens]
        for way in ways:
            self._sessions.pop(way.digest, None)
            self._tokens.pop(way.digest, None)
            self._alive.discard(way.via)


def digest(secret: str) -> str:
    """What is stored of a secret of 256 bits: looked up by this, its comparison tells nothing by its time."""
    return sha256(secret[:LONGEST_SECRET].encode('utf-8', 'replace')).hexdigest()


def _ways(member: Member) -> dict[str, Session | Token]:
    ways: list[Session | Token] = [*member.sessions, *member.tokens]
    return {way.via: way for way in ways} if member.account.is_on else {}


def _expired(way: Session | Token, now: datetime) -> bool:
    return way.expires is not None and way.expires <= now


def _may_less(before: Account, after: Account) -> bool:
    return bool(before.rights - after.rights)


def _actor(member: Member, via: str, address: str) -> Actor:
    way = _ways(member).get(via)
    if way is None:
        return NOBODY
    rights = member.account.rights & way.rights if isinstance(way, Token) else member.account.rights
    return Actor(member.account.user, member.account.name, rights, via, address)
