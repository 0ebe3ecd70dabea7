"""Salted digests: what the trail's hashes cover instead of the texts themselves.

Each text has a random salt of its own. When a text is taken down, its salt goes with it and its digest stays:
the chain still holds, and nobody can find out by trying texts whether one of them was it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

SALT_BYTES = 16
# What is covered of a revision, in this order: all but the entry that made it.
REVISION = (
    "fact_id, number, at, kind, actor, reason, material, state,"
    " reason_salt, state_salt, reason_digest, state_digest"
)
_WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def new_salt(text: str | None) -> bytes | None:
    """Return a salt for a text; none for no text."""
    return None if text is None else secrets.token_bytes(SALT_BYTES)


def digest(text: str, salt: bytes) -> bytes:
    """Return the digest of a text (32 bytes)."""
    return hashlib.sha256(_bytes(salt) + _bytes(text)).digest()


def covered(text: str | None, salt: bytes | None, left: bytes | None) -> str | None:
    """Return what a hash covers of a text: its digest, `left` if it was taken down; None for no text."""
    kept = "" if text is None else digest(text, salt or b"").hex()
    # Never both, unless somebody has tampered with them: then no hash fits.
    return kept + ("" if left is None else _bytes(left).hex()) or None


def revision_number(fields: Sequence[Any]) -> int:
    """Return a revision (`REVISION`) as a number: the sum of several does not depend on their order."""
    # SQLite has no booleans: `material` is read back as 0 or 1.
    plain = [int(value) if isinstance(value, bool) else value for value in fields[:8]]
    plain[5] = covered(fields[5], fields[8], fields[10])
    plain[7] = covered(fields[7], fields[9], fields[11])
    return int(hash_of(plain), 16)


def hash_of(fields: Iterable[Any]) -> str:
    """Return the hash of plain fields, as JSON in one form."""
    return hashlib.sha256(written(list(fields)).encode()).hexdigest()


def written(value: Any) -> str:
    """Return anything that JSON can hold, in the one form in which the trail keeps it."""
    return _WRITTEN.encode(value)


def _bytes(value: Any) -> bytes:
    # A file that was tampered with may hold anything in any column.
    return value if isinstance(value, bytes) else str(value).encode()
