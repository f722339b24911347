"""Vectors of word pieces, from the two files that the package wordllama ships. Its code is not imported.

The vectors are mapped into memory, not read: processes share them, and only the pieces that people use are loaded.
"""

from __future__ import annotations

import importlib.util
import math
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import structlog

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

_WEIGHTS = (Path("weights") / "l2_supercat_256").with_suffix(".safetensors")
_TOKENIZER = Path("tokenizers") / "l2_supercat_tokenizer_config.json"
_LONGEST = 600  # characters; a longer message says what it wants at its beginning
_PUNCTUATION = {ord(sign): " " for sign in '.,;:!?¿¡…"()[]«»„“”'} | {ord(sign): "'" for sign in "’‘ʼ´`"}
_LARGEST_HEADER = 100_000  # bytes


class Embeddings:
    """Texts as vectors of length 1: the mean of the vectors of their word pieces. Safe to share between threads."""

    def __init__(self, vectors: NDArray[numpy.float16], tokenizer: Tokenizer) -> None:
        self._vectors = vectors
        self._tokenizer = tokenizer
        self.dimensions = vectors.shape[1]

    def vector(self, text: str) -> NDArray[numpy.float32]:
        """Return the vector of the beginning of `text`; zeros for a text without a word."""
        import numpy

        pieces = self._tokenizer.encode(_plain(text), add_special_tokens=False).ids
        if not pieces:
            return numpy.zeros(self.dimensions, numpy.float32)
        total: NDArray[numpy.float32] = self._vectors.take(pieces, axis=0).astype(numpy.float32).sum(axis=0)
        length = math.sqrt(numpy.einsum("i,i", total, total))
        return total / numpy.float32(length) if length else total


@cache
def load_embeddings() -> Embeddings | None:
    """Open the files, once per process: 0.1 s or more. None without the extra `understanding`, or if they differ."""
    folder = _folder()
    if folder is None:
        return None
    try:
        return Embeddings(_vectors(folder / _WEIGHTS), _tokenizer(folder / _TOKENIZER))
    except (ImportError, OSError, ValueError, KeyError) as failure:
        structlog.get_logger("botflow.offline_model").warning(
            "understanding_unavailable",
            reason=str(failure),
            hint='routes are chosen by their words alone; install it again: pip install "botflow[understanding]"',
        )
        return None


def _folder() -> Path | None:
    if any(importlib.util.find_spec(name) is None for name in ("numpy", "threadpoolctl", "tokenizers", "wordllama")):
        return None
    found = importlib.util.find_spec("wordllama")
    places = found.submodule_search_locations if found is not None else None
    return Path(places[0]) if places else None


def _vectors(path: Path) -> NDArray[numpy.float16]:
    """Map a file of the format safetensors: the length of the header, the header as JSON, the numbers."""
    import numpy

    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _LARGEST_HEADER:
            raise ValueError(f"{path} is not a file of vectors")
        tensors = orjson.loads(file.read(length))
    tensors.pop("__metadata__", None)
    if len(tensors) != 1:
        raise ValueError(f"{path} holds {len(tensors)} arrays, not one")
    [described] = tensors.values()
    if described["dtype"] != "F16":
        raise ValueError(f"{path} holds numbers of the type {described['dtype']}, not F16")
    begins = 8 + length + described["data_offsets"][0]
    mapped = numpy.memmap(path, numpy.float16, "r", offset=begins, shape=tuple(described["shape"]))
    return numpy.asarray(mapped)  # still mapped; a plain array is read faster


def _tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    return Tokenizer.from_str(path.read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    """Return the text in small letters without punctuation, which says nothing about what a message is about."""
    beginning = unicodedata.normalize("NFKC", text[:_LONGEST])[:_LONGEST].lower()
    return " ".join(beginning.translate(_PUNCTUATION).split())
