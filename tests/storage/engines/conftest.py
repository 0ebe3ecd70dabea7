"""What the engine does is tried with the migrations themselves."""

import pytest

from storage.engines import migrations
from tests import new_records


@pytest.fixture(autouse=True)
def _migrations_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "migrate", new_records.migrate)
