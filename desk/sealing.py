"""The key under which secrets are stored: whoever has the database alone cannot read them."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from desk.errors import Unavailable

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Vault:
    """Seals texts with the key in a file, which is made when it is first needed, for its owner's eyes alone.

    Programs that share a database need the same key. All of it blocks; all may raise Unavailable.
    cryptography is imported when first needed: that takes 35 ms, which most starts need not pay.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = Lock()
        self._fernet: Fernet | None = None

    def seal(self, text: str) -> str:
        """What may be stored."""
        return self._key().encrypt(text.encode()).decode()

    def unseal(self, token: str, what: str = 'this', otherwise: str = '') -> str:
        """The text again; raises Unavailable, which names `what` it is, where another key sealed it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._key().decrypt(token.encode()).decode()
        except InvalidToken:
            with self._lock:
                self._fernet = self._fernet if not self.file.exists() else None  # it may be put right: read it anew
            raise Unavailable(
                f'The key in {self.file} does not open {what}. Start the desk with the key that sealed it (--key-file)'
                f'{otherwise}.'
            ) from None

    def _key(self) -> 'Fernet':
        with self._lock:
            if self._fernet is None:
                self._fernet = self._read()
            return self._fernet

    def _read(self) -> 'Fernet':
        from cryptography.fernet import Fernet

        try:
            if not self.file.exists():
                make_key(self.file)
            return Fernet(self.file.read_bytes().strip())
        except OSError as error:
            raise Unavailable(f'--key-file: {self.file} cannot be used: {error.strerror}.') from None
        except ValueError:
            raise Unavailable(
                f'--key-file: {self.file} holds no key; take it away and a new one is made, but what is sealed '
                'already needs the old one.'
            ) from None


def make_key(file: Path) -> None:
    """Write a new key of mode 0600 there, unless another program was quicker; raises OSError."""
    from cryptography.fernet import Fernet

    file.parent.mkdir(parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(dir=file.parent, prefix='.key-')  # it has mode 0600 from its beginning
    try:
        with os.fdopen(handle, 'wb') as half:
            half.write(Fernet.generate_key() + b'\n')
            half.flush()
            os.fsync(half.fileno())
        with suppress(FileExistsError):
            os.link(written, file)  # whole or not at all, and never over another's
    finally:
        Path(written).unlink()
