"""The secrets of webhooks: made of a key that lies beside the record, and of a salt that stands in it.

So whoever reads the record, a copy or an export of it has no secret, and each new salt is a new secret.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from storage.domain.errors import RecordError
from storage.engines import files

PREFIX = "whsec_"
_BYTES = 32


class MissingKey(RecordError):
    """The key that secrets were made of is not there, or another one is."""


class Keys:
    """Make secrets with the key in a file beside the record."""

    def __init__(self, record: Path) -> None:
        self.path = record.with_name(f"{record.name}.webhook-key")

    def new_salt(self) -> tuple[str, str]:
        """Return a new salt, and by what it is told whether the key is still the one of its secret.

        A first one makes the key. Raises MissingKey where it cannot be made.
        """
        if not self.path.exists():
            self._make()
        salt = secrets.token_hex(16)
        return salt, self._digest("check", salt).hex()[:16]

    def secret(self, salt: str, check: str) -> bytes:
        """Return a secret of 32 bytes. Raises MissingKey where the key is not the one it was made of."""
        if not hmac.compare_digest(self._digest("check", salt).hex()[:16], check):
            raise MissingKey(f"{self.path} is another key than the one that the secret was made of")
        return self._digest("secret", salt)

    def _digest(self, use: str, salt: str) -> bytes:
        try:
            key = files.read_small(self.path, _BYTES, 0)
        except OSError as error:
            raise MissingKey(f"{self.path} cannot be read: {error.strerror}") from error
        return hmac.digest(key, f"{use} {salt}".encode(), hashlib.sha256)

    def _make(self) -> None:
        """Make the key, unless another process is quicker; it is whole once it is there."""
        partial = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(files.begin(partial), "wb") as out:
                out.write(secrets.token_bytes(_BYTES))
            files.sync(partial)
            with contextlib.suppress(FileExistsError):
                self.path.hardlink_to(partial)
            files.sync(self.path.parent)
        except OSError as error:
            raise MissingKey(f"{self.path} cannot be made: {error.strerror}") from error
        finally:
            partial.unlink(missing_ok=True)


def shown(secret: bytes) -> str:
    """Return a secret as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secret).decode()
