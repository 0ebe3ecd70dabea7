"""Drafts as their rows hold them. Pure."""

from __future__ import annotations

import json
from typing import Any

from storage.domain.models import Draft


def draft_of(row: Any) -> Draft:
    """Return the draft that a row holds."""
    return Draft(**{name: row[name] for name in Draft.model_fields} | {"change": json.loads(row["change"])})
