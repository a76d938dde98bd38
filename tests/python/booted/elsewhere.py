"""A child sees the /usr of another commit, and another one is in a deployment that is not booted; what was done is recorded."""

import os
import subprocess

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock


def sh(command):
    return subprocess.run(["/bin/sh", "-ec", command], check=True, stdout=subprocess.PIPE, text=True).stdout


sh("mkdir -p /var/change/usr/lib /var/change/usr/etc && echo default >/var/change/usr/etc/new && echo next >/var/change/usr/lib/next")
sh("ostree commit -b next --tree=ref=debian/$(hostname) --tree=dir=/var/change && ostree admin deploy next")
sysroot = OSTree.Sysroot.new_default()
sysroot.load()
deployment, booted = sysroot.get_deployments()[0], sysroot.get_booted_deployment()
commit = deployment.get_csum()


def in_child(work):
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if work() else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, work


def see():
    OstreeUnlock.enter_commit(sysroot, commit, merge_etc=True)
    return sh("cat /usr/lib/next /etc/new") == "next\ndefault\n"


def configure():
    OstreeUnlock.enter_deployment(
        sysroot, deployment, for_commit=commit, record="site", scratch_var=True, home=OstreeUnlock.Home.SCRATCH
    )
    return sh("cat /usr/lib/next; echo site >/etc/site; touch /var/x /root/x") == "next\n"


in_child(see)
OstreeUnlock.record(sysroot, deployment, "site")
assert OstreeUnlock.get_records(sysroot, deployment) == ["site"]
in_child(configure)
# it was forgotten when it was begun anew
assert OstreeUnlock.get_records(sysroot, deployment) == []
OstreeUnlock.record(sysroot, deployment, name="site", for_commit=commit)
OstreeUnlock.record(sysroot, name="here")
assert OstreeUnlock.get_records(sysroot) == ["here"]
assert OstreeUnlock.get_missing_records(sysroot, deployment) == ["here"]
assert OstreeUnlock.get_missing_records(sysroot) == []
assert OstreeUnlock.get_records(sysroot, booted) == ["here"]
assert OstreeUnlock.get_records(sysroot, deployment) == ["site"]
(usr,) = OstreeUnlock.status(sysroot)
assert [problem.get_code() for problem in usr.get_problems()] == ["record-missing"]
assert not os.path.exists("/usr/lib/next") and not os.path.exists("/etc/site") and not os.path.exists("/var/x")


def refused(error, words, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except error as found:
        assert words in str(found), found
    else:
        raise AssertionError((function, arguments, keywords))


refused(OstreeUnlock.NotFoundError, "ostree pull", OstreeUnlock.enter_commit, sysroot, "nothing")
refused(OstreeUnlock.InvalidArgumentError, "means nothing", OstreeUnlock.enter_commit, sysroot, commit, scratch_var=True)
refused(OstreeUnlock.InvalidArgumentError, "booted deployment", OstreeUnlock.enter_deployment, sysroot, booted)
refused(OstreeUnlock.InvalidArgumentError, "is of commit", OstreeUnlock.enter_deployment, sysroot, deployment, for_commit="0" * 64)
refused(OstreeUnlock.InvalidArgumentError, "is of commit", OstreeUnlock.record, sysroot, name="x", for_commit="0" * 64)
refused(OstreeUnlock.InvalidArgumentError, "a/b", OstreeUnlock.record, sysroot, name="a/b")
