"""What is to be exported: libostree-unlock.sym, the list that everything else is compared with.

Why: it is the only place where a name and its node stand together.
What may not be in here: what the library really exports (elf.py).
"""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2]
PATH = SOURCE / "libostree-unlock.sym"


def nodes(path: Path = PATH) -> dict[str, str]:
    """The node of each name."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    found: dict[str, str] = {}
    for node, body in re.findall(r"(\w[\w.]*)\s*\{(.*?)\}", text, flags=re.DOTALL):
        exported = re.search(r"global:(.*?)(?:local:|$)", body, flags=re.DOTALL)
        for name in re.findall(r"\w+", exported[1] if exported else ""):
            assert name not in found, f"{name} is in two nodes"
            found[name] = node
    return found
