"""Unlock and relock without a reboot, on every libostree, and what libostree, the kernel and a reboot say of it."""

from harness.fixtures import trees

KINDS = trees(readonly=(False, True), private=(False, True))


@KINDS
def test_there_and_back(system, is_locked, is_unlocked):
    is_locked()
    system.run("ostree-unlock begin")
    is_unlocked("development")
    system.run("echo new > /usr/new && rm /usr/bin/tac && mkdir /usr/lib/there")
    system.run("ostree-unlock end --yes")
    is_locked()
    assert not system.exists("/usr/new")
    assert system.exists("/usr/bin/tac")


@trees()
def test_the_base_and_its_objects_are_as_before(system):
    listing = "find /usr -xdev -printf '%p %y %m %U %G %s %l\\n' | sort | sha256sum"
    before = system.run(listing).stdout
    system.run("ostree-unlock begin && rm -r /usr/share/perl5 /usr/bin/tac; chmod 700 /usr/games; touch /usr/lib/new")
    assert system.run(listing).stdout != before
    system.run("ostree-unlock end --yes")
    assert system.run(listing).stdout == before
    system.run("ostree fsck -q")


@trees()
def test_libostree_can_unlock_again_afterwards(system, is_locked, is_unlocked):
    for _ in range(3):
        system.run("ostree-unlock begin && touch /usr/ours && ostree-unlock end --yes")
        is_locked()
    system.run("ostree admin unlock && touch /usr/theirs")
    is_unlocked("development")
    assert not system.exists("/usr/ours")


@trees()
def test_a_second_begin_has_nothing_of_the_first(system):
    system.run("ostree-unlock begin && touch /usr/first && ostree-unlock end --yes && ostree-unlock begin")
    assert not system.exists("/usr/first")
    system.run("ostree-unlock end --yes")
    # The command and its shell ran through the overlay of before; the next call finds them gone.
    system.run("ostree-unlock begin && ostree-unlock end --yes --lazy", check=False)
    kept = system.run("ls -d /sysroot/ostree/deploy/*/backing/*/unlock/old-* | wc -l").stdout
    assert int(kept) <= 1


@trees()
def test_gone_after_a_reboot(system, is_locked):
    system.run("ostree-unlock begin && touch /usr/new && sync")
    system.reboot()
    is_locked()
    system.run("ostree-unlock begin")
    assert not system.exists("/usr/new")


@trees()
def test_gone_after_a_power_cut(system, is_locked):
    system.run("ostree-unlock begin && touch /usr/new")
    system.power_cut()
    is_locked()
    system.run("ostree fsck -q && ostree-unlock begin && touch /usr/other && ostree-unlock end --yes")


@trees()
def test_who_watches_libostree_is_told(system):
    """What `ostree_sysroot_load_if_changed` looks at."""
    stamp = "stat -c %Y.%y /sysroot/ostree/deploy"
    stamps = [system.run(stamp).stdout]
    for command in ("begin", "begin transient", "end --yes"):
        system.run(f"sleep 0.02; ostree-unlock {command}")
        stamps.append(system.run(stamp).stdout)
    assert len(set(stamps)) == 4, stamps


@trees()
def test_mounts_below_usr_are_carried_along(system, is_locked):
    system.run("mount -t tmpfs before /usr/src && touch /usr/src/before && ostree-unlock begin")
    assert system.exists("/usr/src/before")
    system.run("mount -t tmpfs during /usr/games && touch /usr/games/during")
    system.run("mkdir /usr/games/in && mount -t tmpfs in /usr/games/in && touch /usr/games/in/it")
    system.run("mount --bind /etc/passwd /usr/lib/os-release")
    system.run("ostree-unlock begin transient && ostree-unlock begin development")
    assert system.exists("/usr/games/in/it")
    system.run("mkdir /usr/nowhere && mount -t tmpfs lost /usr/nowhere")
    ended = system.run("ostree-unlock end --yes")
    assert "/usr/nowhere" in ended.stdout + ended.stderr
    assert system.exists("/usr/src/before")
    assert system.exists("/usr/games/during")
    assert system.exists("/usr/games/in/it")
    assert system.run("cat /usr/lib/os-release").stdout == system.run("cat /etc/passwd").stdout
    points = [point for point in system.run("findmnt -rno TARGET").stdout.split() if point.startswith("/usr/")]
    assert sorted(points) == ["/usr/games", "/usr/games/in", "/usr/lib/os-release", "/usr/src"], points
    assert not system.exists("/run/ostree-unlock/carried")
    is_locked()


@trees()
def test_nothing_else_is_left_on_the_system(system):
    """No directory, file or mount more than before, but for the empty ones that the next begin would make again."""
    look = """
    findmnt -rno TARGET,SOURCE
    find /run /var /etc /tmp ! -type d 2>/dev/null | sort
    find /sysroot/ostree ! -path '*/objects/*' ! -type d | sort
    """
    before = system.run(look).stdout
    system.run("ostree-unlock begin && ostree-unlock begin transient && ostree-unlock end --yes")
    system.run("ostree-unlock begin --backing ram && ostree-unlock end --yes")
    assert system.run(look).stdout == before


@trees()
def test_who_logs_in_is_told(system):
    notice = "/run/motd.d/ostree-unlock"
    for command, said in {"begin": "state development: what", "begin transient": "state transient: what", "end --yes": ""}.items():
        system.run(f"ostree-unlock {command}")
        assert said in system.read(notice) if said else not system.exists(notice)


@trees()
def test_what_is_not_covered_is_said(system):
    begun = system.run("ostree-unlock begin")
    assert "/etc" in begun.stdout and "/var" in begun.stdout
    system.run("sleep 1.1; echo changed > /etc/motd; mkdir -p /etc/new.d")
    ended = system.run("ostree-unlock end --yes").stdout
    assert "/etc/motd" in ended and "/etc/new.d" in ended
    assert "/etc/passwd" not in ended
