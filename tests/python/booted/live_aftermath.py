"""What a commit that is to be live would break, what was done after it became live, and what runs on files of before: data."""

import subprocess

import gi

gi.require_version("OSTree", "1.0")
gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OSTree, OstreeUnlock

BRINGS = r"""
echo 'u newcomer - -' >/usr/lib/sysusers.d/newcomer.conf
printf '[Unit]\n[Service\n' >/usr/lib/systemd/system/bad.service
set -- /usr/lib/*/libapt-pkg.so.*; cp $1 /usr/bin/needs; chmod 755 /usr/bin/needs
sed -i s/libz.so.1/libz.so.7/ /usr/bin/needs
printf x >>/usr/bin/tail
"""

Step, End = OstreeUnlock.FollowUpStep, OstreeUnlock.FollowUpEnd
sysroot = OSTree.Sysroot.new_default()
waiting = subprocess.Popen(["/usr/bin/tail", "-f", "/dev/null"])
with OstreeUnlock.unlocked(sysroot):
    subprocess.run(["sh", "-ec", BRINGS], check=True)
    OstreeUnlock.commit(sysroot, branch="next")

try:
    OstreeUnlock.apply(sysroot, commit="next")
except OstreeUnlock.UnsupportedError as error:
    assert "/usr/bin/needs needs libz.so.7" in str(error) and "bad.service:2" in str(error)
else:
    raise AssertionError("it broke what runs")


def expect_what_is_broken(transition):
    (library,) = transition.get_missing_libraries()
    assert (library.get_path(), library.get_soname()) == ("/usr/bin/needs", "libz.so.7")
    (unit,) = transition.get_malformed_units()
    assert (unit.get_path(), unit.get_line()) == ("/usr/lib/systemd/system/bad.service", 2)
    assert "section" in unit.get_why()


def expect_the_waiter(transition):
    (waiter,) = transition.get_affected()
    assert (waiter.get_unit(), waiter.get_uid(), waiter.get_why()) == (None, (True, 0), None)
    assert (waiter.get_commands(), waiter.get_pids()) == (["tail"], [waiting.pid])
    assert waiter.get_verdict() == OstreeUnlock.Verdict.BY_HAND
    (file,) = waiter.get_files()
    assert (file.get_path(), file.get_reason()) == ("/usr/bin/tail", OstreeUnlock.Reason.PROGRAM)


would = OstreeUnlock.apply(sysroot, commit="next", dry_run=True)
expect_what_is_broken(would)
expect_the_waiter(would)
assert (would.get_follow_ups(), would.get_users(), would.get_groups()) == ([], [], [])

done = OstreeUnlock.apply(sysroot, commit="next", allow_broken=True, restart=True)
expect_what_is_broken(done)
expect_the_waiter(done)
users, units = done.get_follow_ups()
assert (users.get_step(), users.get_unit(), users.get_end(), users.get_why()) == (Step.USERS, None, End.DONE, None)
# Without systemd its programs run, and what only systemd can do is not done.
assert (units.get_step(), units.get_end()) == (Step.UNIT_FILES, End.NOT_DONE) and "systemd" in units.get_why()
assert (done.get_users(), done.get_groups(), done.get_restarted()) == (["newcomer"], ["newcomer"], [])

back = OstreeUnlock.rollback(sysroot)
# Who was made stays, so there is nobody new.
assert (back.get_missing_libraries(), back.get_malformed_units(), back.get_users()) == ([], [], [])
waiting.kill()
waiting.wait()
