# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes `gi.repository.OstreeUnlock` natural in Python: options as keyword arguments, an exception class for each kind
of error, a hierarchy, a difference, a package or a setting at a time in a `for` loop,
`with OstreeUnlock.unlocked(sysroot):`, which relocks also when its body fails, and `await OstreeUnlock.begin_async(sysroot)`.

An option's keyword is its setter's name without `set_`; its docs are there. One that Python has a word for ends with `_`, and
of what can be added several times a list is given, in the plural: `diff(sysroot, from_="a", paths=["/usr/bin"])`; of tuples,
where it is more than one thing: `commit(sysroot, onto="b", preferences=[("/", OstreeUnlock.Prefer.COMMIT)])`. What libraries
do not have is not added here.
"""

import asyncio
import contextlib
import functools
import keyword
import warnings

from gi.repository import Gio, GLib, OSTree

from ..module import get_introspection_module
from ..overrides import override

OstreeUnlock = get_introspection_module("OstreeUnlock")

__all__ = [
    "apply",
    "apply_async",
    "begin",
    "begin_async",
    "cleanup",
    "cleanup_async",
    "commit",
    "commit_async",
    "config",
    "detect",
    "diff",
    "diff_commits",
    "diff_packages",
    "diff_packages_of_commits",
    "end",
    "end_async",
    "enter",
    "enter_commit",
    "enter_deployment",
    "enter_scratch",
    "get_holders",
    "get_missing_records",
    "get_records",
    "keep_drop",
    "keep_list",
    "keep_restore",
    "keep_restore_async",
    "keep_save",
    "keep_save_async",
    "record",
    "rollback",
    "rollback_async",
    "status",
    "unlocked",
]

DEVELOPMENT = OSTree.DeploymentUnlockedState.DEVELOPMENT


class UnlockError(GLib.Error):
    """An error of this library; its subclasses are the members of OstreeUnlock.Error, as IN_USE is InUseError.

    A cancelled call raises the GLib.Error of GIO instead, as everywhere else.
    """

    holders = ()
    """Who stands in the way, each an OstreeUnlock.Holder: of InUseError and SysrootLockedError."""

    conflicts = ()
    """What both sides changed, each an OstreeUnlock.Conflict: of ConflictError."""

    @property
    def kind(self):
        """The member of OstreeUnlock.Error, or the bare number of one that this override is too old to know."""
        return getattr(OstreeUnlock.Error, _KINDS.get(self.code, ""), self.code)


_KINDS = {int(getattr(OstreeUnlock.Error, name)): name for name in dir(OstreeUnlock.Error) if name.isupper()}


def _class(kind):
    name = "".join(word.capitalize() for word in kind.split("_")) + "Error"
    return type(name, (UnlockError,), {"__doc__": f"OstreeUnlock.Error.{kind}, whose docs are the C API's."})


_CLASSES = {number: _class(kind) for number, kind in _KINDS.items()}
globals().update({made.__name__: made for made in _CLASSES.values()})
__all__ += ["UnlockError", *(made.__name__ for made in _CLASSES.values())]


def _raising(function):
    """The function, with errors of the class that is theirs."""

    @functools.wraps(function)
    def call(*arguments, **keywords):
        try:
            return function(*arguments, **keywords)
        except GLib.Error as error:
            if isinstance(error, UnlockError) or not error.domain == _DOMAIN:
                raise
            ours = _CLASSES.get(error.code, UnlockError)(error.message, error.domain, error.code)
            ours.holders = tuple(OstreeUnlock.get_last_holders())
            ours.conflicts = tuple(OstreeUnlock.get_last_conflicts())
            raise ours from None

    return call


_DOMAIN = GLib.quark_to_string(OstreeUnlock.error_quark())


def _known(options):
    """Each keyword with its setter."""
    known = {}
    for setter in dir(options):
        how, _, name = setter.partition("_")
        if how == "set":
            known[f"{name}_" if keyword.iskeyword(name) else name] = setter
        elif how == "add":
            known[f"{name}s"] = setter
    return known


class Options(OstreeUnlock.Options):
    """Options; `Options(lazy=True)` is one with set_lazy(True)."""

    def __new__(cls, **keywords):
        options = OstreeUnlock.Options.new()
        known = _known(options)
        for name, value in keywords.items():
            if name not in known:
                raise TypeError(f"no option {name!r}; there are {', '.join(sorted(known))}")
            for one in value if known[name].startswith("add_") else [value]:
                getattr(options, known[name])(*one if isinstance(one, tuple) else (one,))
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


class Comparison(OstreeUnlock.Comparison):
    """What diff() and diff_commits() return: iterate over it, once, for its differences."""

    def __iter__(self):
        return self

    @_raising
    def __next__(self):
        difference = self.next()
        if difference is None:
            raise StopIteration
        return difference


Comparison = override(Comparison)
__all__.append("Comparison")


class PackageDiff(OstreeUnlock.PackageDiff):
    """What diff_packages() and diff_packages_of_commits() return: iterate over it for the packages that are different."""

    def __iter__(self):
        return iter(self.get_packages())


PackageDiff = override(PackageDiff)
__all__.append("PackageDiff")


class Configuration(OstreeUnlock.Configuration):
    """What config() returns: iterate over it for its settings."""

    def __iter__(self):
        return iter(self.get_settings())


Configuration = override(Configuration)
__all__.append("Configuration")


@_raising
def detect():
    """What a package manager has to know before it writes below /usr; a Detection."""
    return OstreeUnlock.detect()


@_raising
def config():
    """What was decided for every caller on this system, and where it stands; a Configuration, to iterate over."""
    return OstreeUnlock.config()


@_raising
def status(sysroot, deployment=None, options=None, progress=None, cancellable=None, **keywords):
    """What each hierarchy of the booted deployment is made of; an Overview."""
    return OstreeUnlock.status(sysroot, deployment, _options(options, keywords), progress, cancellable)


@_raising
def begin(sysroot, deployment=None, state=DEVELOPMENT, options=None, progress=None, cancellable=None, **keywords):
    """Unlocks the booted deployment; an Outcome."""
    return OstreeUnlock.begin(sysroot, deployment, state, _options(options, keywords), progress, cancellable)


@_raising
def end(sysroot, deployment=None, options=None, progress=None, cancellable=None, **keywords):
    """Locks the booted deployment again; an Outcome."""
    return OstreeUnlock.end(sysroot, deployment, _options(options, keywords), progress, cancellable)


@_raising
def diff(sysroot, deployment=None, options=None, cancellable=None, **keywords):
    """What was changed in /usr since it was deployed, or unlike a commit; a Comparison, to iterate over."""
    return OstreeUnlock.diff(sysroot, deployment, _options(options, keywords), cancellable)


@_raising
def diff_commits(repo, from_, to, options=None, cancellable=None, **keywords):
    """What is different between two commits of a repository; a Comparison, to iterate over."""
    return OstreeUnlock.diff_commits(repo, from_, to, _options(options, keywords), cancellable)


@_raising
def diff_packages(sysroot, deployment=None, options=None, cancellable=None, **keywords):
    """What became of packages in /usr, and which changed files belong to none; a PackageDiff."""
    return OstreeUnlock.diff_packages(sysroot, deployment, _options(options, keywords), cancellable)


@_raising
def diff_packages_of_commits(repo, from_, to, cancellable=None):
    """The same between two commits of a repository; a PackageDiff."""
    return OstreeUnlock.diff_packages_of_commits(repo, from_, to, None, cancellable)


@_raising
def commit(sysroot, deployment=None, options=None, progress=None, cancellable=None, **keywords):
    """Makes a commit of what was written to /usr; a Revision."""
    return OstreeUnlock.commit(sysroot, deployment, _options(options, keywords), progress, cancellable)


@_raising
def keep_save(sysroot, deployment=None, name=None, options=None, progress=None, cancellable=None, **keywords):
    """Sets aside what was written to /usr, under a name, which has to be given; a Transfer."""
    return OstreeUnlock.keep_save(sysroot, deployment, name, _options(options, keywords), progress, cancellable)


@_raising
def keep_list(sysroot, cancellable=None):
    """What is kept; a list of Kepts, sorted by name."""
    return OstreeUnlock.keep_list(sysroot, cancellable)


@_raising
def keep_restore(sysroot, deployment=None, name=None, options=None, progress=None, cancellable=None, **keywords):
    """Puts back what was kept under a name, which has to be given; a Transfer."""
    return OstreeUnlock.keep_restore(sysroot, deployment, name, _options(options, keywords), progress, cancellable)


@_raising
def keep_drop(sysroot, name, options=None, progress=None, cancellable=None, **keywords):
    """Forgets what was kept under a name."""
    return OstreeUnlock.keep_drop(sysroot, name, _options(options, keywords), progress, cancellable)


@_raising
def apply(sysroot, deployment=None, commit=None, options=None, progress=None, cancellable=None, **keywords):
    """Makes another commit's /usr live, without one that of the deployment which boots next; a Transition."""
    return OstreeUnlock.apply(sysroot, deployment, commit, _options(options, keywords), progress, cancellable)


@_raising
def rollback(sysroot, deployment=None, all=False, options=None, progress=None, cancellable=None, **keywords):
    """Puts back what was there before the last apply(), or with `all` before the first one; a Transition."""
    return OstreeUnlock.rollback(sysroot, deployment, all, _options(options, keywords), progress, cancellable)


@_raising
def cleanup(sysroot, deployment=None, options=None, progress=None, cancellable=None, **keywords):
    """Removes what earlier boots and other deployments left; an Outcome."""
    return OstreeUnlock.cleanup(sysroot, deployment, _options(options, keywords), progress, cancellable)


@_raising
def get_holders(sysroot, deployment=None, cancellable=None):
    """Who stands in the way of end() now; a list of Holders."""
    return OstreeUnlock.get_holders(sysroot, deployment, cancellable)


@_raising
def enter():
    """Makes /usr writable for the calling thread and the processes that it starts, over the state transient."""
    return OstreeUnlock.enter()


@_raising
def enter_scratch(fresh=False):
    """Gives the calling thread and the processes that it starts a copy of the system to write to, which commit() can take."""
    return OstreeUnlock.enter_scratch(fresh)


@_raising
def enter_commit(sysroot, commit, options=None, progress=None, cancellable=None, **keywords):
    """Shows the calling thread and the processes that it starts the /usr of another commit, read-only."""
    return OstreeUnlock.enter_commit(sysroot, commit, _options(options, keywords), progress, cancellable)


@_raising
def enter_deployment(sysroot, deployment, options=None, cancellable=None, **keywords):
    """Has the calling thread and the processes that it starts be in a deployment that is not booted, to change its /etc."""
    return OstreeUnlock.enter_deployment(sysroot, deployment, _options(options, keywords), cancellable)


@_raising
def record(sysroot, deployment=None, name=None, options=None, cancellable=None, **keywords):
    """Records of a deployment that something, whose name has to be given, was done to it."""
    return OstreeUnlock.record(sysroot, deployment, name, _options(options, keywords), cancellable)


@_raising
def get_records(sysroot, deployment=None, cancellable=None):
    """The names of what was recorded of a deployment; a sorted list."""
    return OstreeUnlock.get_records(sysroot, deployment, cancellable)


@_raising
def get_missing_records(sysroot, deployment=None, cancellable=None):
    """The names of the records that a deployment lacks, and the booted one has or the configuration wants; a sorted list."""
    return OstreeUnlock.get_missing_records(sysroot, deployment, cancellable)


def begin_async(
    sysroot,
    deployment=None,
    state=DEVELOPMENT,
    options=None,
    progress=None,
    cancellable=None,
    callback=None,
    *user_data,
    **keywords,
):
    """begin() in the background. With a callback as GIO has it; without one `await` what it returns, in asyncio."""
    arguments = (sysroot, deployment, state, _options(options, keywords), progress)
    if callback is not None:
        return OstreeUnlock.begin_async(*arguments, cancellable, callback, *user_data)
    return _await(OstreeUnlock.begin_async, OstreeUnlock.begin_finish, arguments, cancellable)


def end_async(
    sysroot, deployment=None, options=None, progress=None, cancellable=None, callback=None, *user_data, **keywords
):
    """end() in the background. With a callback as GIO has it; without one `await` what it returns, in asyncio."""
    arguments = (sysroot, deployment, _options(options, keywords), progress)
    if callback is not None:
        return OstreeUnlock.end_async(*arguments, cancellable, callback, *user_data)
    return _await(OstreeUnlock.end_async, OstreeUnlock.end_finish, arguments, cancellable)


def cleanup_async(
    sysroot, deployment=None, options=None, progress=None, cancellable=None, callback=None, *user_data, **keywords
):
    """cleanup() in the background. With a callback as GIO has it; without one `await` what it returns, in asyncio."""
    arguments = (sysroot, deployment, _options(options, keywords), progress)
    if callback is not None:
        return OstreeUnlock.cleanup_async(*arguments, cancellable, callback, *user_data)
    return _await(OstreeUnlock.cleanup_async, OstreeUnlock.cleanup_finish, arguments, cancellable)


def commit_async(
    sysroot, deployment=None, options=None, progress=None, cancellable=None, callback=None, *user_data, **keywords
):
    """commit() in the background. With a callback as GIO has it; without one `await` what it returns, in asyncio."""
    arguments = (sysroot, deployment, _options(options, keywords), progress)
    if callback is not None:
        return OstreeUnlock.commit_async(*arguments, cancellable, callback, *user_data)
    return _await(OstreeUnlock.commit_async, OstreeUnlock.commit_finish, arguments, cancellable)


def keep_save_async(
    sysroot,
    deployment=None,
    name=None,
    options=None,
    progress=None,
    cancellable=None,
    callback=None,
    *user_data,
    **keywords,
):
    """keep_save() in the background. With a callback as GIO has it; without one `await` what it returns, in asyncio."""
    arguments = (sysroot, deployment, name, _options(options, keywords), progress)
    if callback is not None:
        return OstreeUnlock.keep_save_async(*arguments, cancellable, callback, *user_data)
    return _await(OstreeUnlock.keep_save_async, OstreeUnlock.keep_save_finish, arguments, cancellable)


def keep_restore_async(
    sysroot,
    deployment=None,
    name=None,
    options=None,
    progress=None,
    cancellable=None,
    callback=None,
    *user_data,
    **keywords,
):
    """keep_restore() in the background. With a callback as GIO has it; without one `await` what it returns, in asyncio."""
    arguments = (sysroot, deployment, name, _options(options, keywords), progress)
    if callback is not None:
        return OstreeUnlock.keep_restore_async(*arguments, cancellable, callback, *user_data)
    return _await(OstreeUnlock.keep_restore_async, OstreeUnlock.keep_restore_finish, arguments, cancellable)


def apply_async(
    sysroot,
    deployment=None,
    commit=None,
    options=None,
    progress=None,
    cancellable=None,
    callback=None,
    *user_data,
    **keywords,
):
    """apply() in the background. With a callback as GIO has it; without one `await` what it returns, in asyncio."""
    arguments = (sysroot, deployment, commit, _options(options, keywords), progress)
    if callback is not None:
        return OstreeUnlock.apply_async(*arguments, cancellable, callback, *user_data)
    return _await(OstreeUnlock.apply_async, OstreeUnlock.apply_finish, arguments, cancellable)


def rollback_async(
    sysroot,
    deployment=None,
    all=False,
    options=None,
    progress=None,
    cancellable=None,
    callback=None,
    *user_data,
    **keywords,
):
    """rollback() in the background. With a callback as GIO has it; without one `await` what it returns, in asyncio."""
    arguments = (sysroot, deployment, all, _options(options, keywords), progress)
    if callback is not None:
        return OstreeUnlock.rollback_async(*arguments, cancellable, callback, *user_data)
    return _await(OstreeUnlock.rollback_async, OstreeUnlock.rollback_finish, arguments, cancellable)


async def _await(start, finish, arguments, cancellable):
    """A cancelled task cancels the call, and ends when that has put everything back."""
    cancellable = cancellable or Gio.Cancellable()

    @_raising
    def call():
        context = GLib.MainContext.new()
        context.push_thread_default()
        results = []
        try:
            start(*arguments, cancellable, lambda _source, result, *_data: results.append(result), None)
            while not results:
                context.iteration(True)
            return finish(results[0])
        finally:
            context.pop_thread_default()

    running = asyncio.get_running_loop().run_in_executor(None, call)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        cancellable.cancel()
        await asyncio.wait([running])
        raise


_FOR_BEGIN = ("backing", "size_limit", "time_limit")


@contextlib.contextmanager
def unlocked(sysroot, deployment=None, state=DEVELOPMENT, progress=None, cancellable=None, **keywords):
    """Unlocked inside of the `with` block, locked again after it; `as` is the Outcome of begin().

    What is unlocked already, in whatever state, is an AlreadyUnlockedError: the end would discard what was written before.
    Of the options, `lazy` is for the end, and `backing`, `size_limit` and `time_limit` are for the beginning. A `cancellable` is for the
    beginning alone. When the block raises, its exception comes out; should locking fail as well, it is noted there.
    """
    if "dry_run" in keywords:
        raise TypeError("unlocked() really unlocks; use begin(dry_run=True)")
    first = {name: value for name, value in keywords.items() if name != "lazy"}
    last = {name: value for name, value in keywords.items() if name not in _FOR_BEGIN}
    outcome = begin(sysroot, deployment, state, None, progress, cancellable, only_locked=True, **first)
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
