"""What a test can ask for: `system`, `another_system`, `machine`, `systemd_machine`, `staged`; and the mark `trees`, to say
on which systems.

Why: a test says what it needs by the names of its parameters and nothing else.
What may not be in here: how any of it is made (lab.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from . import debian, suites
from .lab import Lab
from .machine import VirtualMachine
from .namespace import NamespaceSystem
from .suites import Target
from .system import System

trees = pytest.mark.trees
"""On which systems a test runs: `@trees("bookworm")`, `@trees(composefs=True)`, `@trees(readonly=(False, True))`."""

_LAB = pytest.StashKey[Lab]()

_MACHINES = {"machine", "systemd_machine"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--wide`: tests that don't say on which systems they run are run on all kinds, others on all that they name."""
    parser.addoption("--wide", action="store_true", help="run tests on every kind of system unless they say otherwise")


def pytest_configure(config: pytest.Config) -> None:
    """Before anything else of the run: see how the host is, and leave it."""
    config.addinivalue_line("markers", "trees(*suites, **special): on which systems to run; see harness.suites.targets")

    def tell(line: str) -> None:
        if reporter := config.pluginmanager.get_plugin("terminalreporter"):
            reporter.write_line(line)

    config.stash[_LAB] = Lab(tell)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each target that the test asks for."""
    if "target" not in metafunc.fixturenames:
        return
    marks = list(metafunc.definition.iter_markers("trees"))
    is_wide = metafunc.config.option.wide
    if marks:
        special = dict(marks[0].kwargs)
        usual = special.pop("usually", marks[0].args)
        targets = suites.targets(*(marks[0].args if is_wide else usual), **special)
    else:
        targets = suites.wide() if is_wide else suites.targets()
    metafunc.parametrize("target", targets, ids=str, indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Make what the selected tests will ask for, outside of their time limits."""
    if session.config.option.collectonly or session.testsfailed:
        return
    wanted, machines, staged = {}, {}, False
    for item in session.items:
        names = getattr(item, "fixturenames", ())
        staged = staged or "staged" in names
        if "target" in names:
            wanted[item.callspec.params["target"]] = True
            if not _MACHINES.isdisjoint(names):
                machines[item.callspec.params["target"]] = True
    session.config.stash[_LAB].prepare(staged, wanted, machines)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """The last test of every run: the host is as it was."""
    if items and session.config.stash[_LAB].session:
        items.append(TheHost.from_parent(session, name="the host is as it was before"))


class TheHost(pytest.Item):
    """Compares the host with how it was before the first test; a difference is a failure like any other."""

    def runtest(self) -> None:
        """Run last, when every system is off."""
        changes = self.config.stash[_LAB].host.changes()
        if changes:
            raise HostChanged("\n".join(changes))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        """The differences alone."""
        if isinstance(excinfo.value, HostChanged):
            return f"The tests have left something on the host, or taken it away:\n{excinfo.value}"
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the report says that it is."""
        return self.path, None, self.name


class HostChanged(Exception):
    """The text says what is different."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failed test shows its systems' consoles."""
    outcome = yield
    report = outcome.get_result()
    if report.failed and report.when == "call":
        for name, value in getattr(item, "funcargs", {}).items():
            if isinstance(value, System):
                report.sections.append((f"console of {name} ({value.target})", value.console))


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest) -> Lab:
    """All of it; for tests of the harness itself."""
    return request.config.stash[_LAB]


@pytest.fixture(scope="session")
def staged(lab: Lab) -> Path:
    """The project as built and installed: a directory that stands for /."""
    return lab.staged()


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Target:
    """The kind of system that this test is run on."""
    return request.param


@pytest.fixture
def another_system(lab: Lab, target: Target) -> Iterator[Callable[[], NamespaceSystem]]:
    """Boots one more system of the same kind, each time it is called."""
    with contextlib.ExitStack() as stack:

        def boot() -> NamespaceSystem:
            try:
                return stack.enter_context(lab.system(target))
            except debian.Unavailable as error:
                pytest.skip(str(error))

        yield boot


@pytest.fixture
def system(another_system: Callable[[], NamespaceSystem]) -> NamespaceSystem:
    """A freshly booted system with a disk of its own, one for each of the test's targets."""
    return another_system()


@pytest.fixture
def machine(lab: Lab, target: Target) -> Iterator[VirtualMachine]:
    """The same as a virtual machine with the suite's own kernel, at some seconds a boot."""
    yield from _machine(lab, target, systemd=False)


@pytest.fixture
def systemd_machine(lab: Lab, target: Target) -> Iterator[VirtualMachine]:
    """A virtual machine whose process 1 is systemd, at half a minute a boot."""
    yield from _machine(lab, target, systemd=True)


def _machine(lab: Lab, target: Target, systemd: bool) -> Iterator[VirtualMachine]:
    with contextlib.ExitStack() as stack:
        try:
            machine = stack.enter_context(lab.machine(target, systemd))
        except debian.Unavailable as error:
            pytest.skip(str(error))
        yield machine
