"""Callers that do not see what the system sees."""

import pytest

from harness.fixtures import trees

KINDS = trees(private=(False, True))


@KINDS
@pytest.mark.parametrize("propagation", ["slave", "private"])
def test_the_system_is_changed_whatever_the_caller_sees(system, is_locked, is_unlocked, propagation):
    inside = ["unshare", "--mount", f"--propagation={propagation}", "sh", "-ec"]
    begun = system.run([*inside, "ostree-unlock begin"])
    is_unlocked("development")
    follows = propagation == "slave" and not system.target.private
    assert ("mount namespace of its own" in begun.stdout) == (not follows), begun
    system.run([*inside, "ostree-unlock begin transient"])
    is_unlocked("transient")
    system.run([*inside, "ostree-unlock end --yes"])
    is_locked()


@trees()
def test_a_service_with_a_readonly_view_changes_the_system(system, is_unlocked):
    """What ProtectSystem=strict makes: everything read-only, in a namespace of its own."""
    strict = "mount --make-rslave / && mount -o bind,ro /usr /usr && mount -o remount,bind,ro / && mount -t tmpfs t /tmp && ostree-unlock begin"
    system.run(["unshare", "--mount", "sh", "-ec", strict])
    is_unlocked("development")


@trees("bookworm")
def test_a_chroot_is_not_the_system(system, is_locked):
    other = "mkdir -p /run/other && mount --rbind / /run/other && mount -t tmpfs t /run/other/tmp && mkdir /tmp/root && mount -t tmpfs t /tmp/root && cp -a /usr/. /tmp/root 2>/dev/null; "
    refused = system.run(
        other + "cd /tmp/root && mkdir -p usr proc run sysroot && mount --bind /usr usr && ln -s usr/bin bin && ln -s usr/lib lib && ln -s usr/lib64 lib64"
        " && mount --rbind /proc proc && mount --rbind /run run && mount --rbind /sysroot sysroot && chroot . ostree-unlock begin",
        check=False,
    )
    assert refused.returncode == 13, refused
    is_locked()


@trees()
def test_process_1_may_live_in_a_chroot(system):
    """An initramfs that chroots instead of pivoting: the root of the mount namespace is another one than the system's."""
    inner = (
        "mkdir /run/outer && mount --rbind / /run/outer && mount -t proc proc /run/outer/proc && exec chroot /run/outer"
        " sh -ec 'ostree-unlock begin; touch /usr/new; ostree-unlock begin transient; ! touch /usr/newer 2>/dev/null;"
        " ostree-unlock end --yes; test ! -e /usr/new'"
    )
    system.run(["unshare", "--mount", "--pid", "--fork", "--propagation=private", "sh", "-ec", inner])
    assert system.run("touch /usr/new", check=False).returncode != 0


@trees("sid", composefs=True)
def test_a_root_that_is_stacked_too_deep_is_refused(system, is_locked):
    """With composefs the root is one overlay; as a second one on top of it the kernel allows no third."""
    inner = (
        "mkdir /run/deep /run/empty && mount -t overlay deep -o lowerdir=/run/empty:/ /run/deep"
        " && for d in sysroot run etc var dev; do mount --rbind /$d /run/deep/$d; done"
        " && mount -t proc proc /run/deep/proc && exec chroot /run/deep ostree-unlock begin"
    )
    refused = system.run(
        ["unshare", "--mount", "--pid", "--fork", "--propagation=private", "sh", "-ec", inner], check=False
    )
    assert refused.returncode == 20, refused
    assert "stack of overlays" in refused.stderr
    is_locked()
