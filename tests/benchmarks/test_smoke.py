"""The benchmarks still run. What they measure is not looked at: a test does not depend on time."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.benchmarks import (
    asking,
    broadcasting,
    completing,
    discord_broadcasting,
    discord_completing,
    drawing,
    entering,
    fanning,
    histories,
    hooking,
    importing,
    meaning,
    moderating,
    naming,
    postgres,
    queries,
    searching,
    startup,
    web,
)
from tests.benchmarks.sizes import TINY

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "benchmark",
    [
        startup,
        queries,
        searching,
        completing,
        naming,
        meaning,
        asking,
        moderating,
        entering,
        histories,
        importing,
        broadcasting,
        fanning,
        hooking,
        discord_broadcasting,
        discord_completing,
        web,
        postgres,
        drawing,
    ],
)
def test_a_benchmark_reports_findings_beside_their_goals(
    benchmark: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    findings = benchmark.measure(TINY)

    assert findings and all(finding.measured for finding in findings)
    assert "-----" in capsys.readouterr().out
