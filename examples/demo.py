# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tells what this project does, on an OSTree system that is made for it, booted in namespaces and thrown away.

Why: one command shows a newcomer begin, write, status and end on a real deployment, with libostree and the kernel as
witnesses. Everything told is checked: the demo fails where the system does not do what it says.
What may not be in here: how a system is made and booted (tests/harness), what has to be installed for it (tests/install).
Run it by examples/demo.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import textwrap
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from harness import cache, suites  # noqa: E402
from harness.debian import Unavailable  # noqa: E402
from harness.lab import Lab  # noqa: E402
from harness.result import BootFailed, CommandFailed, Result  # noqa: E402
from harness.system import System  # noqa: E402
from harness.workshop import WorkFailed  # noqa: E402

WITNESSES = ("ostree admin status", "findmnt --target /usr --output TARGET,FSTYPE,VFS-OPTIONS")

PYTHON = """\
import gi
gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")
from gi.repository import OSTree, OstreeUnlock
sysroot = OSTree.Sysroot.new_default()
sysroot.load()
print(OstreeUnlock.detect().get_message())
with OstreeUnlock.unlocked(sysroot):
    open("/usr/bin/hello", "w").close()
    for hierarchy in OstreeUnlock.status(sysroot):
        state = OSTree.Deployment.unlocked_state_to_string(hierarchy.get_state())
        print(hierarchy.get_path(), state)
print(OstreeUnlock.detect().get_message())
"""


class NotAsTold(Exception):
    """The system did something else than the demo says; the text is what."""


def say(text: str) -> None:
    """A paragraph of narration."""
    print("\n" + textwrap.fill(text, 88), flush=True)


def show(text: str) -> None:
    """What something printed."""
    print(textwrap.indent(text.rstrip(), "    "), flush=True)


class Story:
    """Runs commands in a system, shows them as they were typed there, and compares."""

    def __init__(self, system: System) -> None:
        self._system = system

    def run(self, command: str, *expected: str, status: int = 0) -> str:
        """Run it; each of `expected` is a regular expression for something that it says."""
        print(f"  $ {command}", flush=True)
        # Without a shell where it needs none: to `end`, that would be one more process with the old view.
        plain = not set(";&|<>") & set(command)
        result = self._system.run(shlex.split(command) if plain else command, check=False)
        said = result.stdout + result.stderr
        if said.strip():
            show(said)
        self._compare(result, status, expected, said)
        return said

    def python(self, code: str, *expected: str) -> None:
        """Run Python code, in the same way."""
        print("  $ python3 -", textwrap.indent(code, "  > "), sep="\n", end="", flush=True)
        result = self._system.python(code, check=False)
        show(result.stdout + result.stderr)
        self._compare(result, 0, expected, result.stdout + result.stderr)

    def witnesses(self, *expected: str) -> list[str]:
        """What libostree and the kernel say."""
        said = [self.run(command) for command in WITNESSES]
        for what in expected:
            if not re.search(what, "".join(said), re.MULTILINE):
                raise NotAsTold(f"neither of the witnesses says {what!r}")
        return said

    @staticmethod
    def _compare(result: Result, status: int, expected: tuple[str, ...], said: str) -> None:
        if result.returncode != status:
            raise NotAsTold(f"exit status {status} was to be\n{result}")
        for what in expected:
            if not re.search(what, said, re.MULTILINE):
                raise NotAsTold(f"this was to say {what!r}\n{result}")


def tell(story: Story, system: System) -> None:
    """All of it, on a system that has just been booted."""
    say("This is an OSTree system, booted by its own ostree-prepare-root. Its /usr is read-only.")
    before = story.witnesses(r"^\* debian ", r" ro,")
    if "Unlocked" in before[0]:
        raise NotAsTold("it is unlocked to begin with")
    story.run("touch /usr/bin/hello", "Read-only file system", status=1)
    story.run("ostree-unlock", "^/usr  locked  read-only$")

    say("BEGIN. A writable overlay is laid over /usr. libostree and the kernel see it.")
    story.run("ostree-unlock begin", "^/usr is unlocked: development, writable.$")
    story.witnesses("Unlocked: development", r"^/usr +overlay +rw,")

    say("WRITE. A program is added, and one of the deployment's is removed.")
    story.run(r"""printf '#!/bin/sh\necho Hello from /usr\n' >/usr/bin/hello; chmod +x /usr/bin/hello""")
    story.run("rm /usr/bin/yes")
    story.run("hello", "^Hello from /usr$")

    say("STATUS. What was written lies apart from the deployment, in a directory of its own.")
    story.run("ostree-unlock status --usage", "^/usr  development  writable, gone after reboot$", "^  holds   [1-9]")

    say("END is refused while somebody still writes; nothing is lost by surprise.")
    writer = system.popen("exec 3>/usr/share/log; echo open; exec sleep 60", stdout=subprocess.PIPE)
    print("  $ (exec 3>/usr/share/log; exec sleep 60) &", flush=True)
    try:
        writer.stdout.readline()
        story.run("ostree-unlock end", r"pid \d+ \(sleep, uid 0\) writes /usr/share/log", status=18)
    finally:
        writer.kill()
        writer.wait()
    print("  $ kill %1", flush=True)

    say("END. The overlay is taken away: what was added is gone, what was removed is back. No reboot.")
    story.run("ostree-unlock end", "^/usr is locked again, as it was deployed.$", "^Discarded [1-9]")
    story.run("ls /usr/bin/hello", "No such file", status=2)
    story.run("ls /usr/bin/yes", "^/usr/bin/yes$")
    if story.witnesses() != before:
        raise NotAsTold("the witnesses do not say the same as before")
    say("libostree and the kernel say word for word what they said before.")

    say("The same from Python, through the library's introspection data; the end of the `with` block relocks.")
    story.python(PYTHON, r"\A/usr is read-only.*\n/usr development\n/usr is read-only")
    story.run("ls /usr/bin/hello", "No such file", status=2)


def own_suite() -> str:
    """This machine's Debian; or the newest, since a library does not load where glibc is older than it was built with."""
    text = Path("/etc/os-release").read_text()
    codename = re.search(r'^VERSION_CODENAME="?(\w+)', text, re.MULTILINE)
    known = [suite.name for suite in suites.SUITES]
    return codename[1] if codename and codename[1] in known else known[-1]


def main() -> int:
    """The exit status is 0 if everything went as told, and nothing was left behind."""
    started = time.monotonic()
    if len(sys.argv) > 2:
        print("examples/demo: one system at a time", file=sys.stderr)
        return 2
    try:
        (target,) = suites.targets(*sys.argv[1:] or [own_suite()])
    except ValueError as error:
        print(f"examples/demo: {error}", file=sys.stderr)
        return 2
    lab = Lab(show)
    if lab.why_not:
        print(f"examples/demo: {lab.why_not}", file=sys.stderr)
        return 1
    say(
        f"First the project is built (staged), a Debian {target.suite.name} is unpacked and committed to a repository (tree), and"
        " both are deployed on a disk (image). All of it is kept below"
    )
    show(str(cache.directory()))
    say("so the next time this takes seconds.")
    try:
        lab.prepare(staged=True, targets=[target])
        # `end` names what changed in /etc since the second of `begin`: not the second in which the boot did.
        with lab.system(target) as system:
            time.sleep(1)
            tell(Story(system), system)
    except (NotAsTold, BootFailed, CommandFailed, WorkFailed, Unavailable) as error:
        print(f"\nexamples/demo: it did not go as told: {error}", file=sys.stderr)
        return 1
    changes = lab.host.changes()
    if changes:
        print("\nexamples/demo: this was left behind:", *changes, sep="\n  ", file=sys.stderr)
        return 1
    say(
        "The system is off and its disk is gone. This machine has no mount, loop device or process more than before."
        f" That took {time.monotonic() - started:.0f} seconds."
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
