"""A message on its way through apprise. All of it blocks, and importing it takes 0.1 s: for threads, when needed."""

import logging
import re
import socket
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode, urlsplit

import apprise
from apprise.apprise import N_MGR
from apprise.exception import AppriseException
from apprise.plugins import NotifyBase

from desk.alerts.fence import KINDS, WITHIN, fenced, is_public
from desk.alerts.letter import Letter
from desk.alerts.undelivered import Undelivered
from desk.alerts.witness import Failure, witnessed
from desk.errors import Invalid

ADDRESS_LENGTH, SHOWN_LENGTH = 2000, 500
EXAMPLES = 'tgram://TOKEN/CHAT or mailto://NAME:PASSWORD@gmail.com'
OPEN_PATHS = {'json', 'jsons', 'xml', 'xmls', 'form', 'forms'}  # apprise shows their paths, which often are the secret
SHORTEST_SECRET = 5
ASSET = apprise.AppriseAsset(app_id='Cointape', app_desc='Cointape')

for _name in ('apprise', 'urllib3'):  # their lines name tokens, in warnings too; what failed is told by Undelivered
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address: the service's scheme, and the address as it may be shown."""

    kind: str
    shown: str


def check(address: str, anywhere: bool) -> Address:
    """Whether apprise can send there, as far as can be told without sending; raises Invalid, which holds no secret.

    Unless it may lead `anywhere`, it leads out of the desk's own network.
    """
    if len(address) > ADDRESS_LENGTH:
        raise Invalid(f'An address has at most {ADDRESS_LENGTH} characters.', 'address')
    try:
        with fenced(not anywhere):
            plugin = _plugin(address)
    except Undelivered as error:
        raise Invalid(str(error), 'address') from None
    if plugin is None:
        raise Invalid(_what_would_be_right(address), 'address')
    shown = _shown(plugin)
    if not anywhere and leads_inside(plugin, urlsplit(shown).scheme):
        raise Invalid(WITHIN, 'address')
    return Address(urlsplit(shown).scheme, shown[:SHOWN_LENGTH])


def send(address: str, letter: Letter, anywhere: bool) -> None:
    """Hand it to the service; returns once that has taken it. Raises Undelivered with what it answered."""
    with fenced(not anywhere), witnessed() as failures:
        try:
            plugin = _plugin(address)
            if plugin is None:
                raise Undelivered('apprise does not take this address any more.', permanent=True)
            if not anywhere and leads_inside(plugin, urlsplit(_shown(plugin)).scheme):
                raise Undelivered(WITHIN, permanent=True)
            plugin = _plugin(_marked(address, plugin, letter)) or plugin
            taken = plugin.notify(body=_signed(letter), title=_title(letter), body_format=apprise.NotifyFormat.TEXT)
        except Undelivered:
            raise
        except AppriseException:
            raise Undelivered('apprise cannot send to this address.', permanent=True) from None
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its text may hold a token
            raise Undelivered(f'apprise failed at this: {type(error).__name__}.') from None
    if not taken:
        raise _undelivered(failures, address, plugin)


def leads_inside(plugin: NotifyBase, kind: str) -> bool:
    """Whether the service is the desk's own machine, or its host is in the desk's own network as far as is known now.

    What the name of a host leads to later, and redirects, are for the fence.
    """
    if kind in KINDS:
        return True
    try:
        found = socket.getaddrinfo(plugin.host.strip('[]'), None) if plugin.host else []
    except OSError:  # sending says so better
        return False
    return any(not is_public(str(place[4][0])) for place in found)


def _undelivered(failures: list[Failure], address: str, plugin: NotifyBase) -> Undelivered:
    """For good if each failure was: with several recipients in one address, one of them may do better later."""
    if not failures:
        return Undelivered('The service did not take it, and gave no reason.')
    last = failures[-1]
    return Undelivered(
        _without_secrets(last.reason, address, plugin),
        permanent=all(failure.permanent for failure in failures),
        quickly=all(failure.quickly for failure in failures),
        pause=max((failure.pause for failure in failures if failure.pause is not None), default=None),
    )


def _without_secrets(text: str, address: str, plugin: NotifyBase) -> str:
    """What a service answers may repeat what it was asked: as it was given, quoted, or as a login's base64."""
    shown = _shown(plugin)
    parts = _logins(plugin) | {part for part in _pieces(address) if part not in shown}
    patterns = [_pattern(part) for part in sorted(parts, key=len, reverse=True)]
    return re.sub('|'.join(patterns), '****', text, flags=re.IGNORECASE) if patterns else text


def _pieces(address: str) -> set[str]:
    place, _, options = address.partition('://')[2].partition('?')
    whole = set(re.split('[/:@?#]+', place)) | set(re.split('[&=]+', options))
    quoted = {form for part in whole for form in (part, unquote(part), quote(unquote(part), safe=''))}
    finer = {piece for piece in re.split(r'[/:@?&=#,\s]+', unquote(address)) if len(piece) >= SHORTEST_SECRET}
    return {part for part in quoted if len(part) >= SHORTEST_SECRET} | finer


def _logins(plugin: NotifyBase) -> set[str]:
    """The password, however short, and the forms that HTTP and SMTP send it in."""
    user, password = unquote(plugin.user or ''), unquote(plugin.password or '')
    if not password:
        return set()
    sent = (f'{user}:{password}', f'\0{user}\0{password}', password)
    coded = {b64encode(login.encode(code, 'replace')).decode() for login in sent for code in ('utf-8', 'latin-1')}
    return {password, quote(password, safe=''), sent[0], *coded, *(login.rstrip('=') for login in coded)}


def _pattern(part: str) -> str:
    """What is short is no secret inside another word."""
    found = re.escape(part)
    return found if len(part) >= SHORTEST_SECRET else rf'(?<!\w){found}(?!\w)'


def _plugin(address: str) -> NotifyBase | None:
    found = apprise.Apprise.instantiate(address, asset=ASSET)
    return found if isinstance(found, NotifyBase) else None


def _title(letter: Letter) -> str:
    return f'Replay: {letter.title}' if letter.replay else letter.title


def _signed(letter: Letter) -> str:
    if letter.replay:
        return f'{letter.text}\n\nCointape · replay {letter.replay} · firing {letter.number}'
    return f'{letter.text}\n\nCointape · firing {letter.number}' if letter.number else letter.text


def _marked(address: str, plugin: NotifyBase, letter: Letter) -> str:
    """The address with the firing's number for a header, and facts for the payload, where apprise lets one add them.

    Its plugins say so by taking arguments that begin with `+` and `:`; a receiver drops doubles by either.
    """
    takes = {name: said.get('prefix') for name, said in plugin.template_kwargs.items()}
    extra = {f':{name}': value for name, value in letter.facts.items() if takes.get('payload') == ':'}
    if letter.number and takes.get('headers') == '+':
        extra['+X-Cointape-Firing'] = str(letter.number)
    if not extra:
        return address
    return f'{address}{"&" if "?" in address else "?"}{urlencode(extra)}'


def _shown(plugin: NotifyBase) -> str:
    """apprise's own masked address, without its options: it does not mask the headers among them."""
    masked: Callable[..., str] = plugin.url  # apprise says no types here
    address = masked(privacy=True).split('?')[0]
    parts = urlsplit(address)
    if parts.scheme in OPEN_PATHS:
        place = parts.netloc.rpartition('@')[2]
        return f'{parts.scheme}://{place}/…' if parts.path.strip('/') else f'{parts.scheme}://{place}/'
    for topic in getattr(plugin, 'topics', ()):  # whoever knows the topic of ntfy.sh reads along
        address = address.replace(topic, f'{topic[0]}…{topic[-1]}')
    return unquote(address)


def _what_would_be_right(address: str) -> str:
    scheme, separator, _ = address.strip().partition('://')
    scheme = scheme.lower()
    if not separator:
        return f'An address begins with its service, like {EXAMPLES}.'
    if scheme in ('http', 'https'):
        hook = 'jsons' if scheme == 'https' else 'json'
        return f'This web address is none of a service that is known here; for a webhook write {hook}:// before it.'
    if scheme not in N_MGR:
        return 'apprise knows no service that begins like this; its list is at appriseit.com/services.'
    service = N_MGR[scheme]
    if not service.enabled:
        return f'{service.service_name} needs a package that this desk does not have.'
    form = str(service.templates[-1]).replace('{schema}', scheme)
    return f'{service.service_name} does not take this address. It looks like {form}; see {service.setup_url}.'
