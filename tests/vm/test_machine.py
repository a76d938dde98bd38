"""The virtual machine proves itself: a command in it is like one in a namespace, and its ends are real ones."""

import signal
import subprocess
import time

import pytest

from harness.fixtures import trees
from harness.result import BootFailed, CommandFailed

pytestmark = [trees("bookworm"), pytest.mark.timeout(400)]


def test_commands(machine):
    result = machine.run(["sh", "-c", "cat; echo err >&2; exit 3"], input="in", check=False)
    assert (result.returncode, result.stdout, result.stderr) == (3, "in", "err\n")
    with pytest.raises(CommandFailed, match="not done after 1 s"):
        machine.run("sleep 1005", timeout=1)
    assert machine.run("sleep 0.5; pgrep -f 'sleep 100[5]'", check=False).stdout == ""
    assert machine.run("id -un; id -gn; id -Gn", user="nobody").stdout.split() == ["nobody", "nogroup", "nogroup"]
    assert machine.run("pwd; echo $HOME $X", cwd="/var/lib", env={"X": "x\ny"}).stdout == "/var/lib\n/root x y\n"
    assert machine.run("kill -KILL $$", check=False).returncode == -signal.SIGKILL
    assert machine.run(["no-such-command"], check=False).returncode == 127
    assert machine.python("import gi; gi.require_version('OSTree', '1.0'); print('gi')").stdout == "gi\n"
    # done when it ends, whatever it leaves running with its output open
    assert machine.run("sleep 1000 & echo left", timeout=20).stdout == "left\n"

    much = bytes(range(256)) * 4096
    machine.write("/root/a file", much)
    assert machine.run("wc -c </root/a\\ file; sha256sum </root/a\\ file").stdout.split()[0] == str(len(much))
    assert len(machine.run("cat '/root/a file' '/root/a file' | base64 -w0").stdout) >= 2 * len(much)


def test_processes(machine):
    echo = machine.popen("trap 'echo term; exit 5' TERM; cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    echo.stdin.write(b"to and fro\n")
    echo.stdin.flush()
    assert echo.stdout.readline() == b"to and fro\n"
    # another command, while one floods the line and nobody reads it
    flood = machine.popen("head -c 4M /dev/zero", stdout=subprocess.PIPE)
    assert machine.run("echo meanwhile").stdout == "meanwhile\n"
    assert len(flood.stdout.read()) == 4 << 20
    assert flood.wait(10) == 0
    echo.terminate()
    assert echo.stdout.read() == b"term\n"
    assert echo.wait(10) == 5

    background = machine.popen(["sleep", "1000"])
    machine.reboot()
    assert background.wait(10) == -signal.SIGKILL
    assert machine.run("pgrep -c sleep").stdout == "1\n"  # that of process 1


def test_disk_and_power(machine):
    machine.run("echo kept >/var/synced; sync /var/synced /var; echo lost >/var/unsynced")
    machine.power_cut()
    assert machine.read("/var/synced") == "kept\n"
    assert not machine.exists("/var/unsynced")
    machine.run("echo kept >/var/unsynced")
    default = machine.read("/proc/cmdline")
    machine.reboot(deployment=1)
    assert machine.read("/var/unsynced") == "kept\n"
    assert machine.read("/proc/cmdline") != default
    assert "\n* debian" in machine.run("ostree admin status").stdout


def test_a_machine_that_does_not_boot_shows_its_console(machine):
    machine.stop()
    started = time.monotonic()
    machine.kernel = Broken(machine.kernel)
    with pytest.raises(BootFailed, match="(?s)the machine is off.*console.*Kernel panic"):
        machine.boot()
    assert time.monotonic() - started < 60


class Broken:
    """A kernel whose modules are not there."""

    def __init__(self, kernel):
        self.image = kernel.image
        self.modules = kernel.directory / "release"
