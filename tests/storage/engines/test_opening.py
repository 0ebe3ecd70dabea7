"""What connects to PostgreSQL is loaded only where a record is there."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import asyncio, sys
from pathlib import Path
from storage.record import Record

async def open_and_close():
    await (await Record.open(Path(sys.argv[1]))).close()

asyncio.run(open_and_close())
print([name for name in sys.modules if "psycopg" in name or "postgres" in name])
"""


def test_who_keeps_a_file_loads_nothing_of_the_other_engine(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "record.db")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"
