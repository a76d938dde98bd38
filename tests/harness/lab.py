"""What the tests of one run are given: the staged project, the targets' images, fresh systems.

Why: making these takes minutes on a new machine. It is done before the first test, at the same time where possible,
outside of any test's time limit; what could not be made is remembered and told to every test that needs it.
What may not be in here: pytest (fixtures.py).
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import cache, debian, emulator, images, isolation, linux, payload, rpm
from .host import Host
from .machine import VirtualMachine
from .namespace import NamespaceSystem
from .suites import Suite, Target


def _remembered(function: Callable) -> Callable:
    """Cache the result of a method for each argument, an exception included."""

    @functools.wraps(function)
    def once(self: Lab, *arguments: object) -> object:
        known = self._known
        if (function, arguments) not in known:
            started = time.monotonic()
            try:
                known[function, arguments] = function(self, *arguments), None
            except Exception as error:  # noqa: BLE001  raised again below, each time
                known[function, arguments] = None, error
            seconds = time.monotonic() - started
            if seconds > 1:
                words = [function.__name__, *(getattr(argument, "name", str(argument)) for argument in arguments)]
                self._tell(f"{' '.join(words)}: {seconds:.0f} s")
        result, error = known[function, arguments]
        if error is not None:
            raise error
        return result

    return once


class Lab:
    """Make it at the start of the run: it moves the process into namespaces of its own."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._known: dict = {}
        self.host = Host()
        self.session: isolation.Session | None = None
        self.why_not = ""
        """Why nothing can be booted here; empty where it can."""
        try:
            self.session = isolation.enter()
        except isolation.CannotIsolate as error:
            self.why_not = str(error)

    def prepare(self, staged: bool, targets: Iterable[Target], machines: Iterable[Target] = ()) -> None:
        """Make what will be needed, `machines` to boot as virtual machines too; a failure is kept for those who need it."""
        targets = list(targets) if self.session else []
        machines = list(machines) if self.session else []
        trees = list(dict.fromkeys((target.suite, target.selinux) for target in targets))
        with ThreadPoolExecutor() as pool:
            if staged or targets:
                pool.submit(self.staged)
            for suite, selinux in trees:
                pool.submit(self.tree, suite, selinux)
            if machines:
                pool.submit(self.emulator)
            for suite in dict.fromkeys(target.suite for target in machines):
                pool.submit(self.linux, suite)
        with ThreadPoolExecutor(2) as pool:
            for target in targets:
                pool.submit(self.image, target)

    @_remembered
    def staged(self) -> Path:
        """The project as it is installed: the directory that stands for /."""
        return payload.stage()

    @_remembered
    def tree(self, suite: Suite, selinux: bool = False) -> Path:
        """The tree of a suite."""
        return debian.tree(self._isolated(), suite, selinux)

    @_remembered
    def image(self, target: Target) -> Path:
        """The disk image of a target."""
        checkout = cache.of_checkout(payload.SOURCE)
        return images.image(self._isolated(), target, self.tree(target.suite, target.selinux), self.staged(), checkout)

    @_remembered
    def emulator(self) -> Path:
        """The tree that QEMU is run in."""
        return emulator.emulator(self._isolated())

    @_remembered
    def rpm(self) -> Path:
        """The archive that has rpm in it."""
        return rpm.archive(self._isolated())

    @_remembered
    def linux(self, suite: Suite) -> linux.Kernel:
        """The kernel of a suite."""
        return linux.kernel(self._isolated(), suite)

    @contextlib.contextmanager
    def system(self, target: Target) -> Iterator[NamespaceSystem]:
        """A freshly booted system with a disk of its own, for as long as the context lasts."""
        image, scratch = self.image(target), self._isolated().new("system")
        disk = images.fresh(image, scratch)
        try:
            with NamespaceSystem(target, disk, self.host) as system:
                system.boot()
                yield system
        finally:
            disk.unlink()

    @contextlib.contextmanager
    def machine(self, target: Target, systemd: bool = False) -> Iterator[VirtualMachine]:
        """The same as a virtual machine."""
        kernel, qemu = self.linux(target.suite), self.emulator()
        image, scratch = self.image(target), self._isolated().new("machine")
        try:
            with VirtualMachine(target, images.fresh(image, scratch), kernel, qemu, systemd) as machine:
                machine.boot()
                yield machine
        finally:
            shutil.rmtree(scratch)

    def _isolated(self) -> isolation.Session:
        if self.session is None:
            raise debian.Unavailable(self.why_not)
        return self.session
