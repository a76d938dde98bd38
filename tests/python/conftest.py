"""What the Python tests share: the distribution's Python with what is staged."""

import os

import pytest


@pytest.fixture
def environment(staged):
    """Where the distribution's Python finds what is staged."""
    (library,) = staged.glob("usr/lib*/**/libostree-unlock.so.1")
    (override,) = staged.glob("usr/lib*/python3*/**/gi/overrides/OstreeUnlock.py")
    return os.environ | {
        "LD_LIBRARY_PATH": str(library.parent),
        "GI_TYPELIB_PATH": str(library.parent / "girepository-1.0"),
        "PYTHONPATH": str(override.parents[2]),
    }
