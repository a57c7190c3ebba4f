"""What a page of NiceGUI's says to its desk: the shapes of its messages, those of NiceGUI's own `nicegui.js`."""

import re
from typing import Annotated, Any, Literal

import orjson
from nicegui import Client
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pages.fitting import fits

LONGEST = 262_144  # characters of a message
PACKETS = re.compile(r'4([01])|42\d{0,9}(\[.*)|[135]|2probe', re.DOTALL)
UNSEEN = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029]+')

Id = Annotated[str, Field(max_length=100)]
MessageId = Annotated[int, Field(ge=0, lt=2**53)]


class Said(BaseModel):
    """What every message says."""

    model_config = ConfigDict(strict=True)
    client_id: Id


class Handshake(Said):
    """The page says which window it is in; `next_message_id` is text where it comes from the socket's address."""

    tab_id: Id
    document_id: Id
    old_tab_id: Id | None = None
    next_message_id: MessageId | Annotated[str, Field(pattern='^[0-9]{1,15}$')] | None = None


class Event(Said):
    """Something happened to an element; each of `args` is JSON."""

    id: MessageId
    listener_id: Id
    args: Annotated[list[str | None], Field(max_length=20)] = []


class Ack(Said):
    """So far everything has come."""

    next_message_id: MessageId


class Answer(Said):
    """What a script that the desk sent has come to."""

    request_id: Id
    result: Any = None


class Line(Said):
    """What the page would have in the log."""

    level: Literal['debug', 'info', 'warning', 'error']
    message: str


KINDS: dict[str, type[Said]] = {
    'handshake': Handshake,
    'event': Event,
    'ack': Ack,
    'javascript_response': Answer,
    'log': Line,
}
PACKET = TypeAdapter(Annotated[list[Any], Field(min_length=2, max_length=2)])


class Odd(ValueError):
    """None of our pages says this."""


def heard(text: str | None) -> str:
    """An engine.io packet as NiceGUI may have it; '' for one that is about what is no longer there; raises Odd."""
    packet = PACKETS.fullmatch(text) if text is not None and len(text) <= LONGEST else None
    if packet is None or text is None:
        raise Odd('no packet of this kind')
    if packet[2] is None:
        return text
    try:
        name, told = PACKET.validate_python(orjson.loads(packet[2]))
        said = KINDS[name].model_validate(told)
        if isinstance(said, Event):
            args = [None if each is None else orjson.loads(each) for each in said.args]
    except (ValidationError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Odd(f'no message of this shape ({type(error).__name__})') from None
    if isinstance(said, Line):
        told = {
            'client_id': said.client_id,
            'level': 'info',
            'message': 'A page: ' + UNSEEN.sub(' ', said.message)[:500],
        }
        return '42' + orjson.dumps(['log', told]).decode()
    return text if not isinstance(said, Event) or _takes(said, args) else ''


def _takes(event: Event, args: list[Any]) -> bool:
    """Whether there is anybody for an event, whose element may just have gone; raises Odd for what does not fit it."""
    client = Client.instances.get(event.client_id)
    element = client.elements.get(event.id) if client else None
    listener = element._event_listeners.get(event.listener_id) if element else None
    if element is None or listener is None:
        return False
    if not fits(element, listener, args):
        raise Odd(f'no value of {type(element).__name__}')
    return True
