"""The house stays in order: no large folder, no circle of imports, and tests that mirror the tree."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.conftest import ROOT

MOST_MODULES = 14
HOUSES = ("bot", "storage")


def folders(top: str) -> list[Path]:
    """Return the folders under `top`, and itself, that hold modules."""
    return [
        path for path in (ROOT / top, *(ROOT / top).rglob("*")) if path.is_dir() and any(path.glob("*.py"))
    ]


def test_no_folder_holds_many_modules() -> None:
    counts = {
        str(folder.relative_to(ROOT)): len([path for path in folder.glob("*.py") if path.stem != "__init__"])
        for house in HOUSES
        for folder in folders(house)
    }
    assert {name: count for name, count in counts.items() if count > MOST_MODULES} == {}


def test_each_folder_of_tests_has_its_folder_in_the_tree() -> None:
    mirrored = [
        folder.relative_to(ROOT / "tests") for house in HOUSES for folder in folders(f"tests/{house}")
    ]
    assert mirrored
    assert [str(path) for path in mirrored if not (ROOT / path).is_dir()] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*HOUSES, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))
