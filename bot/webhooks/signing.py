"""Signing what is sent, as Standard Webhooks says (standardwebhooks.com, version 1). Pure.

A dozen lines: the package of that name brings httpx, attrs and deprecated along for them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping


def signed(event_id: str, moment: int, body: bytes, secrets: Iterable[bytes]) -> Mapping[str, str]:
    """Return the headers that name an event, its moment (in seconds), and a signature by each secret."""
    content = b".".join((event_id.encode(), str(moment).encode(), body))
    signatures = (base64.b64encode(hmac.digest(each, content, hashlib.sha256)).decode() for each in secrets)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }
