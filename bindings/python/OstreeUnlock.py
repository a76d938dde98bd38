# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes `gi.repository.OstreeUnlock` natural in Python: options as keyword arguments, a hierarchy at a time in a
`for` loop, and `with OstreeUnlock.unlocked(sysroot):`, which relocks also when its body fails.

An option's keyword is its setter's name without `set_`; its docs are there. What libraries do not have is not added here.
"""

import contextlib
import warnings

from gi.repository import OSTree

from ..module import get_introspection_module
from ..overrides import override

OstreeUnlock = get_introspection_module("OstreeUnlock")

__all__ = ["begin", "end", "status", "unlocked"]

DEVELOPMENT = OSTree.DeploymentUnlockedState.DEVELOPMENT


class Options(OstreeUnlock.Options):
    """Options; `Options(lazy=True)` is one with set_lazy(True)."""

    def __new__(cls, **keywords):
        options = OstreeUnlock.Options.new()
        for keyword, value in keywords.items():
            setter = getattr(options, f"set_{keyword}", None)
            if setter is None:
                known = sorted(name[4:] for name in dir(options) if name.startswith("set_"))
                raise TypeError(f"no option {keyword!r}; there are {', '.join(known)}")
            setter(value)
        return options

    def __init__(self, **keywords):
        """Nothing is left to do: __new__ has made and filled it."""


Options = override(Options)
__all__.append("Options")


class Overview(OstreeUnlock.Overview):
    """What status() returns: iterate over it for its hierarchies."""

    def __iter__(self):
        return iter(self.get_hierarchies())


Overview = override(Overview)
__all__.append("Overview")


def status(sysroot, deployment=None, options=None, progress=None, cancellable=None, **keywords):
    """What each hierarchy of the booted deployment is made of; an Overview."""
    options = _options(options, keywords)
    return OstreeUnlock.status(sysroot, deployment, options, progress, cancellable)


def begin(
    sysroot, deployment=None, state=DEVELOPMENT, options=None, progress=None, cancellable=None, **keywords
):
    """Unlocks the booted deployment; an Outcome."""
    options = _options(options, keywords)
    return OstreeUnlock.begin(sysroot, deployment, state, options, progress, cancellable)


def end(sysroot, deployment=None, options=None, progress=None, cancellable=None, **keywords):
    """Locks the booted deployment again; an Outcome."""
    options = _options(options, keywords)
    return OstreeUnlock.end(sysroot, deployment, options, progress, cancellable)


@contextlib.contextmanager
def unlocked(sysroot, deployment=None, state=DEVELOPMENT, progress=None, cancellable=None, **keywords):
    """Unlocked inside of the `with` block, locked again after it; `as` is the Outcome of begin().

    Of the options, `lazy` is for the end and `backing` and `size_limit` are for the beginning. A `cancellable` is for the
    beginning alone. When the block raises, its exception comes out; should locking fail as well, it is noted there.
    """
    if "dry_run" in keywords:
        raise TypeError("unlocked() really unlocks; use begin(dry_run=True)")
    first = {keyword: value for keyword, value in keywords.items() if keyword != "lazy"}
    last = {keyword: value for keyword, value in keywords.items() if keyword not in ("backing", "size_limit")}
    outcome = begin(sysroot, deployment, state, None, progress, cancellable, **first)
    try:
        yield outcome
    except BaseException as exception:
        try:
            end(sysroot, deployment, None, progress, None, **last)
        except Exception as failure:
            # Python before 3.11 has no notes.
            note = getattr(exception, "add_note", warnings.warn)
            note(f"and /usr stays unlocked: {failure}")
        raise
    end(sysroot, deployment, None, progress, None, **last)


def _options(options, keywords):
    if options is None:
        return Options(**keywords) if keywords else None
    if keywords:
        raise TypeError(f"either options or keywords ({', '.join(keywords)}), not both")
    return options
