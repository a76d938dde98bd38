"""The type stubs say what the introspection data and the override have, and mypy understands them."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2]

# What the typelib has, by PyGObject's own eyes; references and what every boxed type has are left out.
_LISTED = """
import gi, inspect, sys
gi.require_version("OstreeUnlock", "1.0")
from gi.repository import GObject, OstreeUnlock
names = sorted(name for name in dir(OstreeUnlock) if not name.startswith("_"))
for name in names:
    value = getattr(OstreeUnlock, name)
    print(name)
    if inspect.isclass(value) and issubclass(value, GObject.GBoxed):
        own = {key for kind in value.__mro__ if kind not in GObject.GBoxed.__mro__ for key in vars(kind)}
        for method in sorted(own - {"ref", "unref"}):
            if not method.startswith("_"):
                print(f"{name}.{method}")
    elif inspect.isclass(value) and issubclass(value, int):
        for member in sorted(key for key in dir(value) if key.isupper()):
            print(f"{name}.{member}")
"""

# In the place of the stubs of other libraries, which are packaged elsewhere.
_ANYTHING = """
from typing import Any
class Error(Exception):
    message: str
def __getattr__(name: str) -> Any: ...
"""


@pytest.fixture
def stubs(staged) -> Path:
    (path,) = staged.glob("usr/lib*/python3*/**/gi-stubs/repository/OstreeUnlock.pyi")
    return path


def in_stubs(path: Path) -> set[str]:
    """The names of its functions, classes, variables and methods."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            found.add(node.target.id)
        elif isinstance(node, ast.ClassDef):
            found.add(node.name)
            for member in node.body:
                name = getattr(member, "name", None) or getattr(getattr(member, "target", None), "id", None)
                if name and not name.startswith("_") and (node.name == "Error" or not node.name.endswith("Error")):
                    found.add(f"{node.name}.{name}")
    return found


def test_they_have_what_there_is(stubs, environment):
    listed = subprocess.run(["/usr/bin/python3", "-c", _LISTED], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    assert in_stubs(stubs) == set(listed.stdout.split())


def test_mypy_understands_them(stubs, tmp_path):
    if subprocess.run(["/usr/bin/python3", "-c", "import mypy"], capture_output=True, check=False).returncode != 0:
        pytest.skip("mypy is not installed (package python3-mypy)")
    repository = tmp_path / "gi" / "repository"
    repository.mkdir(parents=True)
    (tmp_path / "gi" / "__init__.pyi").write_text("def require_version(namespace: str, version: str) -> None: ...\n")
    (repository / "__init__.pyi").touch()
    (repository / "OstreeUnlock.pyi").write_text(stubs.read_text())
    for name in ("Gio", "GLib", "OSTree"):
        (repository / f"{name}.pyi").write_text(_ANYTHING)
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from gi.repository import OstreeUnlock\n"
        "OstreeUnlock.Options(lasy=True)\n"
        "OstreeUnlock.detect().get_nothing()\n"
        "reveal_type(OstreeUnlock.detect().get_manager())\n"
    )
    program = ["/usr/bin/python3", "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache"]
    env = {"MYPYPATH": str(tmp_path), "PATH": "/usr/bin"}
    examples = sorted((SOURCE / "examples/python").glob("*.py"))
    right = subprocess.run([*program, *examples], env=env, capture_output=True, text=True, check=False)
    assert right.returncode == 0, right.stdout
    said = subprocess.run([*program, wrong], env=env, capture_output=True, text=True, check=False).stdout
    assert "lasy" in said and "get_nothing" in said, said
    assert re.search(r"builtins.str(, | \| )None", said), said
