"""What the test systems are made of: the suites, their packages, and the ways in which a system can be special.

Why: one declarative place from which everything else (cache keys included) follows.
What may not be in here: how any of it is made.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields, replace

PACKAGES = (
    # the system; systemd is there for its programs and its units, it runs in VM boots only
    "systemd", "libpam-systemd", "dbus", "util-linux", "mount", "kmod", "procps",
    # ostree, with what boots it
    "ostree", "ostree-boot", "busybox-static",
    # the Python tests
    "python3", "python3-gi", "gir1.2-ostree-1.0",
)  # fmt: skip

# What a system under SELinux has besides: the policy, who asks for passwords and logs people in, and bubblewrap, in which
# libostree looks at the policy of what it deploys.
SELINUX_PACKAGES = (
    "selinux-policy-default", "policycoreutils", "selinux-utils", "bubblewrap",
    "sudo", "openssh-server", "openssh-client", "passwd", "login",
)  # fmt: skip
# Those of them that are in the tree a second time, as archives, to be installed again: login, unix_chkpwd, su, sudo, sshd.
SELINUX_ARCHIVES = ("login", "libpam-modules-bin", "util-linux", "passwd", "sudo", "openssh-server")

# Every test copies its system's disk: what no test looks at is left out.
LEFT_OUT = (
    "/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/zoneinfo/*",
    "/usr/lib/*/gconv/*",
)  # fmt: skip


@dataclass(frozen=True)
class Suite:
    """A Debian suite whose tree is made with mmdebstrap."""

    name: str
    libostree: str
    """The version that the suite had when this was written; for people only."""
    composefs: bool = False
    """Whether its libostree can do composefs; where it can, that is what its systems have by default."""


SUITES = (
    Suite("bookworm", "2022.7"),
    Suite("trixie", "2025.2"),
    Suite("sid", "2026.4", composefs=True),
)


@dataclass(frozen=True)
class Target:
    """A kind of system to test on: a suite and what is special about it."""

    suite: Suite
    composefs: bool = False
    readonly: bool = False
    """sysroot.readonly=true: /sysroot is mounted read-only."""
    private: bool = False
    """Nobody made the root mount shared."""
    root_transient: bool = False
    """With composefs: the root takes writes, in memory."""
    etc_transient: bool = False
    """With composefs: what is written to /etc is gone after a reboot."""
    live: bool = False
    """A medium that takes no writes; /etc and /var are in memory."""
    selinux: bool = False
    """Debian's policy, enforcing; for virtual machines."""

    @property
    def words(self) -> tuple[str, ...]:
        """What is special, a word each."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is True)

    def __str__(self) -> str:
        return "+".join((self.suite.name, *self.words))


def targets(*suites: str, **special: bool | tuple[bool, ...]) -> list[Target]:
    """The targets of the named suites (all without a name), as their suite has them by default, changed by `special`.

    `targets("bookworm")`, `targets(composefs=True)`, `targets("trixie", readonly=(False, True))`.
    A suite that can't do what is asked for is left out.
    """
    unknown = set(suites) - {suite.name for suite in SUITES}
    if unknown:
        raise ValueError(f"no such suite: {', '.join(sorted(unknown))}")
    found = []
    for suite in SUITES:
        if suites and suite.name not in suites:
            continue
        choices = [value if isinstance(value, tuple) else (value,) for value in special.values()]
        for values in itertools.product(*choices):
            target = replace(Target(suite, composefs=suite.composefs), **dict(zip(special, values)))
            if suite.composefs or not target.composefs:
                found.append(target)
    return found


def wide() -> list[Target]:
    """Each suite by default and with each speciality by itself: what `tests/run full` runs every test on."""
    every = [*targets(), *targets(readonly=True), *targets(private=True), *targets(composefs=False)]
    return list(dict.fromkeys(every))
