"""The tone of an alert: two soft notes, computed here as a WAV file and served."""

import math
import struct
from functools import cache
from io import BytesIO
from wave import open as open_wave

from fastapi import Request, Response
from nicegui import app, ui

PATH = '/alert.wav'
RATE, LOUDEST = 22_050, 9_000  # samples a second; of 32,767
NOTES = ((0.0, 880.0), (0.16, 1318.5))  # when each begins, in seconds, and its frequency
LENGTH, FADE = 0.9, 0.22  # seconds


def register() -> None:
    """Serve it, a part of it too: some browsers play nothing that they cannot ask for in parts."""

    @app.get(PATH, include_in_schema=False)
    def tone(request: Request) -> Response:
        sound, headers = wav(), {'Cache-Control': 'public, max-age=86400', 'Accept-Ranges': 'bytes'}
        span = _span(request.headers.get('range', ''), len(sound))
        if span is None:
            return Response(sound, media_type='audio/wav', headers=headers)
        first, last = span
        headers['Content-Range'] = f'bytes {first}-{last}/{len(sound)}'
        return Response(sound[first : last + 1], status_code=206, media_type='audio/wav', headers=headers)


def play() -> ui.audio:
    """Play it in the browser whose page is current; one that nobody has clicked on yet may keep silent."""
    return ui.audio(PATH, controls=False, autoplay=True).props('aria-hidden=true')


@cache
def wav() -> bytes:
    """The tone: one channel of 16 bits."""
    file = BytesIO()
    with open_wave(file, 'wb') as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b''.join(struct.pack('<h', _sample(number / RATE)) for number in range(int(RATE * LENGTH))))
    return file.getvalue()


def _sample(at: float) -> int:
    """Each note comes within a hundredth of a second, so that nothing clicks, and fades."""
    sounding = [(at - begin, pitch) for begin, pitch in NOTES if at >= begin]
    waves = (min(1, age * 100) * math.exp(-age / FADE) * math.sin(math.tau * pitch * age) for age, pitch in sounding)
    return int(LOUDEST * sum(waves))


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte of 'bytes=0-1'; None: all of it."""
    unit, _, span = asked.partition('=')
    first, _, last = span.partition('-')
    if unit.strip() != 'bytes' or not first.isdecimal() or int(first) >= size:
        return None
    return int(first), min(int(last), size - 1) if last.isdecimal() else size - 1
