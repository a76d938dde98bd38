"""SELinux with Debian's policy, enforcing: what is written is labelled as the policy says, and people can log in.

Why: a wrong label on one program locks everybody out, and nothing but a machine that enforces a policy shows it. One long
test, since this machine takes a minute to boot: locked, unlocked, with the packages that log people in installed once
more, locked again, with another commit live, and with a hotfix across a reboot.

A denial is ours if our command was denied something, or if it is of a kind that had not been there before `begin`: the
policy was not written for OSTree, and Debian's own programs are denied a lot.
"""

import re

import pytest

from boot.test_apply import listing
from harness.fixtures import trees

_KEY = "/etc/ssh/tester"
_UPPER = "/sysroot/ostree/deploy/*/backing/*/usr-transient/upper"
_DENIAL = re.compile(r'avc:  denied  (\{.*?\}) .*?comm="(.*?)".* scontext=(\S+) tcontext=(\S+) tclass=(\S+)')


@trees("bookworm", selinux=True)
@pytest.mark.timeout(1800)
def test_labels_and_logins(systemd_machine, expect_state):
    machine = systemd_machine
    _settle(machine)
    _make_user(machine)
    _log_in(machine)
    denied_before = _denials(machine)

    machine.run("ostree-unlock begin")
    expect_state(machine, "development")
    _log_in(machine)
    assert sorted(_denials(machine) - denied_before) == []
    _write_and_install(machine)
    _log_in(machine)
    _commit(machine)
    machine.run("ostree-unlock begin transient && ostree-unlock run --writable -- mkdir /usr/lib/later")
    assert _wrong_labels(machine) == ""
    machine.run("ostree-unlock end --yes --lazy")
    expect_state(machine, "none")
    machine.run("systemctl restart ssh")
    _log_in(machine)
    _a_live_commit(machine)
    expect_state(machine, "none")
    _log_in(machine)
    assert _of_ours(machine) == []

    machine.run("ostree-unlock begin hotfix && touch /usr/lib/fixed")
    machine.reboot()
    _settle(machine)
    expect_state(machine, "hotfix")
    assert machine.exists("/usr/lib/fixed")
    _log_in(machine)
    assert _of_ours(machine) == []


def _settle(machine):
    assert machine.run("systemctl is-system-running --wait", check=False, timeout=300).stdout == "running\n"
    assert machine.run("getenforce").stdout == "Enforcing\n"


def _make_user(machine):
    """With a home, a password, a key, and the right to become root."""
    # what systemd-tmpfiles would have made, had the policy heard of it
    machine.run("mkdir -p /var/home && rm -rf /var/lib/dpkg && ln -s /usr/share/dpkg/database /var/lib/dpkg")
    machine.run("restorecon /var/home /var/lib/dpkg && useradd --create-home --shell /bin/sh tester")
    machine.run("chpasswd", input="tester:secret\n", timeout=120)
    machine.write("/etc/sudoers.d/tester", "tester ALL=(ALL) NOPASSWD: ALL\n")
    machine.run(f"ssh-keygen -q -t ed25519 -N '' -f {_KEY}", timeout=120)
    home = "/var/home/tester/.ssh"
    machine.run(f"mkdir {home} && cp {_KEY}.pub {home}/authorized_keys && chown -R tester: {home} && restorecon -R {home}")


def _log_in(machine):
    """In every way that asks a program with a label of its own."""
    ssh = f"ssh -i {_KEY} -o BatchMode=yes -o StrictHostKeyChecking=no tester@127.0.0.1"
    said = machine.run(f"{ssh} 'id -un; sudo id -un'", timeout=120).stdout
    assert said == "tester\nroot\n"
    assert machine.run("su tester -c 'id -un'", input="secret\n", user="nobody", timeout=120).stdout == "tester\n"
    for password, status in (("secret", 0), ("wrong", 7)):
        checked = machine.run("/sbin/unix_chkpwd tester nullok", input=f"{password}\0", user="tester", check=False)
        assert checked.returncode == status, checked


def _write_and_install(machine):
    """What people do with an unlocked /usr."""
    machine.run("touch /usr/new /usr/bin/new /usr/sbin/unix_chkpwd.new && mkdir -p /usr/lib/systemd/system/new.d")
    machine.run("DEBIAN_FRONTEND=noninteractive dpkg --install /usr/share/archives/*.deb", timeout=600)
    machine.run("systemctl restart ssh")
    machine.run(f"cd {_UPPER} && ls bin/sudo bin/su sbin/unix_chkpwd sbin/sshd")
    assert _wrong_labels(machine) == ""


def _commit(machine):
    """A commit has the labels of the policy, whatever the files have."""
    machine.run("mkdir /usr/lib/labelled && touch /usr/lib/labelled/file /etc/labelled")
    machine.run("chcon -t tmp_t /usr/lib/labelled/file && chcon -t tmp_t /etc/labelled")
    commit = machine.run("ostree-unlock commit --etc /etc/labelled /usr/lib/labelled", timeout=120).stdout.strip()
    for path, there in (("/usr/lib/labelled/file", None), ("/usr/etc/labelled", "/etc/labelled")):
        (wanted,) = machine.run(f"matchpathcon -n {there or path}").stdout.split()
        assert wanted in machine.run(f"ostree ls -X {commit} {path}").stdout, path
    machine.run("rm -r /usr/lib/labelled /etc/labelled")


# What asks for passwords is another file by a byte behind its end.
_OTHER = """
cd /usr/sbin && cp -a unix_chkpwd new && echo >>new && chmod --reference=unix_chkpwd new && mv new unix_chkpwd
touch /usr/bin/live /etc/hosts.live; echo theirs >>/etc/issue
"""
# The last one has another label than what else is in its directory.
_OTHERS = ("/usr/sbin/unix_chkpwd", "/usr/bin/live", "/etc/issue", "/etc/hosts.live")


def _a_live_commit(machine):
    """Made in a scratch; its files have the labels of the policy, also those that get to /etc, and those of before come back."""
    before = _labels(machine)
    etc = listing(machine, "/etc")
    machine.run(["ostree-unlock", "run", "--scratch", "--fresh", "--", "sh", "-ec", _OTHER], timeout=120)
    machine.run("ostree-unlock commit --scratch --skip-special --branch other", timeout=300)
    seen = machine.run("ostree-unlock run --commit other -- stat -c %C /usr/sbin/unix_chkpwd", timeout=120).stdout
    assert seen.split() == machine.run("matchpathcon -n /usr/sbin/unix_chkpwd").stdout.split()

    machine.run("ostree-unlock apply other", timeout=300)
    labels = _labels(machine)
    assert labels.keys() == set(_OTHERS)
    for path, label in labels.items():
        assert [label] == machine.run(f"matchpathcon -n {path}").stdout.split(), path
    # by the program that was replaced
    _log_in(machine)
    machine.run("ostree-unlock rollback", timeout=300)
    assert _labels(machine) == before and before.keys() == {"/usr/sbin/unix_chkpwd", "/etc/issue"}
    assert listing(machine, "/etc") == etc


def _labels(machine):
    """The labels of those files, as far as they are there."""
    shown = machine.run(f"stat -c '%n %C' {' '.join(_OTHERS)}", check=False).stdout
    return dict(line.split() for line in shown.splitlines())


def _wrong_labels(machine):
    """What restorecon would change of all that was written, but for dpkg's own locks."""
    written = f"cd {_UPPER} && find . ! -type c ! -name 'lock*' -printf '/usr/%P\\n'"
    return machine.run(f"{written} | restorecon -n -v -f -", timeout=120).stdout


def _of_ours(machine):
    """What we were denied. Who looks at what is mapped is asked for the lesser capability first, and has the greater one."""
    return [denial for denial in _denials(machine) if "ostree-unlock" in denial and "checkpoint_restore" not in denial]


def _denials(machine):
    """The kinds of denial since the boot."""
    return {" ".join(found) for found in _DENIAL.findall(machine.run("dmesg").stdout)}
