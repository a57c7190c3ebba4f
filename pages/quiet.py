"""uvicorn's websocket, quiet about strangers: who breaks the protocol is cut off, without a trace in the log."""

from contextlib import suppress
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState


class Quiet(WebSocketsSansIOProtocol):
    """A connection whose faults are its sender's alone."""

    def send_receive_event_to_app(self) -> None:
        """The message is whole. Text that is none ends the connection."""
        try:
            if self.curr_msg_data_type == 'text':
                b''.join(map(bytes, self.frames)).decode()
        except UnicodeDecodeError:
            self.frames = []
            with suppress(InvalidState):  # it is closing already, for what came before
                self.conn.send_close(1007)
                self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    async def send(self, message: Any) -> None:
        """What comes too late for who broke the protocol is for nobody; uvicorn would blame the application."""
        if self.close_sent and message['type'] in ('websocket.send', 'websocket.close'):
            raise ClientDisconnected
        await super().send(message)
