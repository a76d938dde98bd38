"""The frames in which commands go to a virtual machine's agent and their output comes back; see vm/agent.py for the kinds.

Why: the agent can't import anything, so this is the same once more for the host: a channel, a kind, a length, the bytes.
What may not be in here: what a frame means.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_HEAD = struct.Struct(">IcI")


def frame(channel: int, kind: bytes, data: bytes = b"") -> bytes:
    """One frame as it is sent."""
    return _HEAD.pack(channel, kind, len(data)) + data


def whole(received: bytearray) -> Iterator[tuple[int, bytes, bytes]]:
    """Take the frames that have come completely out of `received`."""
    while len(received) >= _HEAD.size:
        channel, kind, length = _HEAD.unpack_from(received)
        end = _HEAD.size + length
        if len(received) < end:
            return
        data = bytes(received[_HEAD.size : end])
        del received[:end]
        yield channel, kind, data
