"""A test system: what a test may do with it, whatever it is that boots it.

Why: a test says "run this, reboot, look again" and not by which means; the same test can run in a namespace (a tenth of
a second, the host's kernel) and in a virtual machine (seconds, the tree's own kernel).
What may not be in here: namespaces or QEMU; those are the subclasses (namespace.py, machine.py).
"""

from __future__ import annotations

import abc
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from .result import CommandFailed, Result
from .suites import Target

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "USER": "root",
    "LOGNAME": "root",
    "SHELL": "/bin/sh",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
}


class Process(subprocess.Popen):
    """A command that is still running; a signal for it goes to all of its process group."""

    def send_signal(self, number: int) -> None:
        """Send `number` to the command and to what it started."""
        if self.poll() is None:
            os.killpg(self.pid, number)


class System(abc.ABC):
    """An OSTree system with a disk of its own, which it may do anything to."""

    def __init__(self, target: Target, disk: Path) -> None:
        self.target = target
        self.disk = disk
        self.console = ""
        """What the boots so far have printed."""

    # What a kind of boot has to provide.

    @abc.abstractmethod
    def boot(self, deployment: int = 0) -> None:
        """Start the system from its disk: 0 is the default boot entry, 1 the rollback."""

    @abc.abstractmethod
    def popen(
        self,
        command: str | Sequence[str],
        *,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        wrapper: Sequence[str] = (),
        **popen: object,
    ) -> Process:
        """Start a command in the booted system; a string is for its shell. It ends with the boot at the latest."""

    @abc.abstractmethod
    def stop(self, power_cut: bool = False) -> None:
        """End this boot and all its processes. After a power cut the disk has only what had been written to it."""

    # What follows from it.

    def run(
        self,
        command: str | Sequence[str],
        *,
        check: bool = True,
        input: str | bytes | None = None,  # noqa: A002  the name that subprocess.run has
        timeout: float = 60,
        **options: object,
    ) -> Result:
        """Run a command to its end, as `popen` starts it. With `check` a failure is an exception that shows all of it."""
        __tracebackhide__ = True
        # Files, not pipes: the command is done when it ends, whatever it has left running with its output open.
        with _memory(input) as stdin, _memory() as stdout, _memory() as stderr:
            process = self.popen(command, stdin=stdin, stdout=stdout, stderr=stderr, **options)
            why = ""
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                why = f"not done after {timeout} s, killed"
            finally:
                process.kill()
                process.wait()
            output, errors = (file.seek(0) or file.read().decode(errors="surrogateescape") for file in (stdout, stderr))
        argv = (command,) if isinstance(command, str) else tuple(map(str, command))
        result = Result(argv, process.returncode, output, errors)
        if why or (check and result.returncode != 0):
            raise CommandFailed(result, why)
        return result

    def python(self, code: str, **options: object) -> Result:
        """Run Python code by the system's own interpreter, which has its own gi."""
        return self.run(["/usr/bin/python3", "-c", code], **options)

    def read(self, path: str) -> str:
        """The contents of a file."""
        return self.run(["cat", "--", path]).stdout

    def write(self, path: str, content: str | bytes) -> None:
        """Create or overwrite a file."""
        self.run(["/bin/sh", "-c", 'cat >"$0"', path], input=content)

    def exists(self, path: str) -> bool:
        """Whether there is something, be it a dangling link."""
        return self.run(["/bin/sh", "-c", 'test -e "$0" || test -L "$0"', path], check=False).returncode == 0

    def reboot(self, deployment: int = 0) -> None:
        """End this boot in good order and boot the same disk again."""
        self.stop()
        self.boot(deployment)

    def power_cut(self, deployment: int = 0) -> None:
        """Lose power now, and boot what is on the disk."""
        self.stop(power_cut=True)
        self.boot(deployment)

    def soft_reboot(self, deployment: int = 0) -> None:
        """Restart userspace only, into that deployment; for libostree 2025.3 and newer."""
        raise NotImplementedError("soft reboot")

    def __enter__(self) -> System:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop(power_cut=True)


def in_system(
    command: str | Sequence[str], user: str | None, cwd: str | None, wrapper: Sequence[str]
) -> list[str]:
    """The argument vector that does `command` there as that user and in that directory."""
    argv = ["/bin/sh", "-c", command] if isinstance(command, str) else [str(word) for word in command]
    argv = [*wrapper, *argv]
    if user is not None:
        change = 'exec setpriv --reuid "$0" --regid "$(id -g "$0")" --init-groups -- "$@"'
        argv = ["/bin/sh", "-c", change, user, *argv]
    if cwd is not None:
        argv = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', cwd, *argv]
    return argv


def _memory(content: str | bytes | None = None) -> IO[bytes]:
    """A file without a name, with that content."""
    file = os.fdopen(os.memfd_create("ostree-unlock-tests", os.MFD_CLOEXEC), "w+b")
    file.write(content.encode() if isinstance(content, str) else content or b"")
    file.seek(0)
    return file
