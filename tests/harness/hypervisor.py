"""The hardware of a virtual machine: a program that starts QEMU for one boot, and leads commands to the machine's agent.

Usage: python3 -m harness.hypervisor EMULATOR DIRECTORY COMMAND-LINE
DIRECTORY has disk.img, kernel and initrd, and gets console and line, the socket that remote.py connects to.

Why: like firmware.py it is one process for one boot, which dies with the test run and takes the machine with it.
What may not be in here: anything that the machine does from its first instruction on (vm/).

QEMU is not the host's but that of the tree EMULATOR, in a chroot with DIRECTORY at /mnt. Restarting ends it: a boot loader
would read the disk anew, and that is the harness's work.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
from pathlib import Path

from . import kernel
from .frames import frame, whole

_CHUNK = 1 << 16

# A power cut ends QEMU, and not the machine that it runs on: what it was told to write is written, so nothing is synced.
_HARDWARE = (
    "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
    "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max,la57=off", "-smp", "1", "-m", "1024",
    "-drive", "file=disk.img,file.locking=off,format=raw,if=virtio,cache=unsafe,discard=unmap",
    "-serial", "file:console",
    "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent",
)  # fmt: skip


def main() -> int:
    """Run the machine until it is off."""
    emulator, directory, command_line = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    kernel.die_with_parent()
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    os.chdir(directory)
    # a relative name: a socket's may not be long
    Path("line").unlink(missing_ok=True)
    line = socket.socket(socket.AF_UNIX)
    line.bind("line")
    line.listen(64)
    kernel.mount(directory, emulator / "mnt", None, kernel.MS_BIND)
    agent, theirs = socket.socketpair()

    def enter() -> None:
        kernel.die_with_parent()
        os.chroot(emulator)
        os.chdir("/mnt")

    chardev = f"socket,id=agent,fd={theirs.fileno()}"
    machine = subprocess.Popen(
        ["qemu-system-x86_64", *_HARDWARE, "-chardev", chardev]
        + ["-kernel", "kernel", "-initrd", "initrd", "-append", command_line],
        pass_fds=[theirs.fileno()],
        preexec_fn=enter,  # noqa: PLW1509  there is only one thread
    )
    theirs.close()
    # The harness reads this; see machine.py.
    print(f"hypervisor: the machine is {machine.pid}", flush=True)
    Switch(agent, line).run()
    return machine.wait() & 0xFF


class Switch:
    """Between the one line to the agent and the connections of commands."""

    def __init__(self, agent: socket.socket, line: socket.socket) -> None:
        self.selector = selectors.DefaultSelector()
        self.line = line
        self.agent = Peer(agent)
        self.peers: dict[int, Peer] = {}
        self.last = 0

    def run(self) -> None:
        """Pass everything on until the machine is off."""
        self.selector.register(self.line, selectors.EVENT_READ, self._connected)
        self.selector.register(self.agent.socket, selectors.EVENT_READ, self._from_agent)
        try:
            while True:
                for key, events in self.selector.select():
                    key.data(events)
        except MachineIsOff:
            for peer in self.peers.values():
                peer.socket.close()

    def _connected(self, _events: int) -> None:
        self.last += 1
        channel = self.last
        peer = self.peers[channel] = Peer(self.line.accept()[0])
        self.selector.register(peer.socket, selectors.EVENT_READ, lambda events: self._from_command(channel, events))

    def _from_agent(self, events: int) -> None:
        for channel, kind, data in self.agent.exchange(events):
            if kind == b"h":
                print("hypervisor: the agent is there", flush=True)
            elif channel in self.peers:
                self._send(self.peers[channel], frame(channel, kind, data))
        if self.agent.gone:
            raise MachineIsOff
        self._update(self.agent)

    def _from_command(self, channel: int, events: int) -> None:
        peer = self.peers[channel]
        for _channel, kind, data in peer.exchange(events):
            self._send(self.agent, frame(channel, kind, data))
        if peer.gone:
            self._send(self.agent, frame(channel, b"s", b"%d" % signal.SIGKILL))
            self.selector.unregister(peer.socket)
            peer.socket.close()
            del self.peers[channel]
        else:
            self._update(peer)

    def _send(self, peer: Peer, data: bytes) -> None:
        peer.pending += data
        self._update(peer)

    def _update(self, peer: Peer) -> None:
        """Wait for what there is to wait for."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.pending else 0)
        key = self.selector.get_key(peer.socket)
        if key.events != events:
            self.selector.modify(peer.socket, events, key.data)


class Peer:
    """One connection; what can't be sent now is kept, so that none has to wait for another."""

    def __init__(self, socket: socket.socket) -> None:
        socket.setblocking(False)
        self.socket = socket
        self.received = bytearray()
        self.pending = bytearray()
        self.gone = False

    def exchange(self, events: int) -> list[tuple[int, bytes, bytes]]:
        """Send and receive what is possible now; the frames that are complete."""
        try:
            if events & selectors.EVENT_WRITE:
                del self.pending[: self.socket.send(self.pending[:_CHUNK])]
            if events & selectors.EVENT_READ:
                data = self.socket.recv(_CHUNK)
                self.gone = not data
                self.received += data
        except ConnectionError:
            self.gone = True
        return list(whole(self.received))


class MachineIsOff(Exception):
    """The line to the agent is closed."""


if __name__ == "__main__":
    sys.exit(main())
