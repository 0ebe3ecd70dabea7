"""Where the benchmarks keep their files: under the system's temporary folder."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.engines import migrations
from tests.benchmarks import corpus

ROOT = Path(__file__).parents[2]
SEED = 1


def record(count: int) -> Path:
    """Return the made-up record of so many facts, made now if it is not there from an earlier run."""
    folder = Path(tempfile.gettempdir()) / "onrecord-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"record-{count}-{_digest()}.db"
    if not path.exists():
        for outdated in folder.glob(f"record-{count}-*"):
            outdated.unlink()
        print(f"making a record of {count:,} facts, once ...", flush=True)
        partial = folder / f"record-{count}.partial"
        partial.unlink(missing_ok=True)
        corpus.write(partial, count, SEED)
        partial.replace(path)
    return path


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="onrecord-benchmark-") as folder:
        yield Path(folder)


def _digest() -> str:
    """Return what changes when the records have to be made anew."""
    made_by = Path(corpus.__file__).read_text(encoding="utf-8")
    schema = "".join(sql for _, sql in migrations.migrations())
    return hashlib.blake2b(f"{SEED}{made_by}{schema}".encode(), digest_size=6).hexdigest()
