"""The units as systemd reads them: without a word of complaint, enabled, and not more exposed than they were.

What they do is in ../vm: nothing here has a systemd that runs.
"""

import pytest

from harness.fixtures import trees

pytestmark = trees()

DIRECTORY = "/usr/lib/systemd/system"
ENABLED = {
    "ostree-unlock-cleanup.service": "multi-user",
    "ostree-unlock-etc.service": "sysinit",
    "ostree-unlock-etc-shutdown.service": "multi-user",
    "ostree-unlock-post-upgrade.service": "multi-user",
    "ostree-unlock-records.service": "multi-user",
}
UNITS = (*ENABLED, "ostree-unlock-end@.service")


def test_systemd_has_nothing_to_say(system):
    done = system.run(["systemd-analyze", "verify", "--man=no", *(f"{DIRECTORY}/{unit}" for unit in UNITS)])
    said = [line for line in (done.stdout + done.stderr).splitlines() if "ostree-unlock" in line]
    assert said == []
    bad = "[Service]\nType=oneshot\nExecStart=/usr/bin/true\nColour=red\n"
    system.write("/run/ostree-unlock-bad.service", bad)
    done = system.run(["systemd-analyze", "verify", "--man=no", "/run/ostree-unlock-bad.service"], check=False)
    assert "ostree-unlock-bad.service" in done.stderr


# Each may give files of /etc back to whoever had them, which takes CAP_CHOWN and its like.
HARDENED = {
    "ostree-unlock-cleanup.service": 42,
    "ostree-unlock-end@.service": 47,
    "ostree-unlock-etc.service": 46,
    "ostree-unlock-etc-shutdown.service": 46,
}


@pytest.mark.parametrize(("unit", "most"), HARDENED.items())
def test_they_are_hardened(system, unit, most):
    """The number is ten times systemd's own; less is better."""
    command = f"systemd-analyze security --offline=true --no-pager --threshold={{}} {unit}"
    system.run(command.format(most))
    assert system.run(command.format(most - 10), check=False).returncode != 0, "the threshold has come to mean nothing"


def test_they_are_enabled_by_the_image(system):
    for unit, target in ENABLED.items():
        system.run(f"test -e {DIRECTORY}/{target}.target.wants/{unit}")
    assert "ostree-unlock" not in system.run("find /etc/systemd").stdout
