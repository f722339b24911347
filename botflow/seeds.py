"""Seeds of inbounds: from them a turn draws its randomness, and the ids that it gives.

They are drawn from the system's generator, because a flow may make codes of them that strangers must not guess. A block
is drawn at a time: one system call for each message costs more than a hundredth of a short turn.
"""

from __future__ import annotations

import os
import struct

_BLOCK = 32  # 256 bytes: getrandom(2) gives as many in one piece
_drawn: list[int] = []

if hasattr(os, "register_at_fork"):  # two processes must never use the same block
    os.register_at_fork(after_in_child=_drawn.clear)


def new_seed() -> int:
    """Return 63 random bits. Any thread may call it."""
    try:
        return _drawn.pop()
    except IndexError:
        words: tuple[int, ...] = struct.unpack(f"<{_BLOCK}Q", os.urandom(8 * _BLOCK))
        _drawn.extend(word >> 1 for word in words[1:])
        return words[0] >> 1
