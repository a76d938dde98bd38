"""The host's end of a command in a virtual machine: a process that stands for it, as ssh does.

Usage: python3 -m harness.remote SOCKET NAME=VALUE… -- COMMAND…

Why: whoever has started it has an ordinary process, with pipes, signals and an exit status.
What may not be in here: what other commands do at the same time (hypervisor.py).

It takes its input from the start, like any filter. A signal for it is passed on; if it is killed the command is, too; if
the machine goes off it ends as if killed. Only stopping (SIGSTOP) stops this end alone.
"""

from __future__ import annotations

import os
import resource
import selectors
import signal
import socket
import sys

from .frames import frame, whole

_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCONT)
_CHUNK = 1 << 16


def main() -> None:
    """Be the command."""
    path, words = sys.argv[1], sys.argv[2:]
    end = words.index("--")
    env, argv = words[:end], words[end + 1 :]
    line, (signals, written_by_python) = socket.socket(socket.AF_UNIX), socket.socketpair()
    written_by_python.setblocking(False)
    signal.set_wakeup_fd(written_by_python.fileno())
    for number in _PASSED_ON:
        signal.signal(number, lambda _number, _frame: None)
    try:
        line.connect(path)
        line.sendall(frame(0, b"r", b"\0".join(map(os.fsencode, [str(len(argv)), *argv, *env]))))
        status = _converse(line, signals)
    except (ConnectionError, FileNotFoundError):
        status = -signal.SIGKILL  # the machine is off
    if status < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -status in _PASSED_ON:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _converse(line: socket.socket, signals: socket.socket) -> int:
    """Pass on what comes from either side until the command has ended."""
    received = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        selector.register(signals, selectors.EVENT_READ)
        try:
            selector.register(0, selectors.EVENT_READ)
        except PermissionError:
            while _pass_input(line):  # a file can't be waited for, and need not be
                pass
        while True:
            for key, _events in selector.select():
                if key.fileobj is line:
                    data = line.recv(_CHUNK)
                    if not data:
                        raise ConnectionResetError
                    received += data
                elif key.fileobj is signals:
                    for number in signals.recv(_CHUNK):
                        line.sendall(frame(0, b"s", b"%d" % number))
                elif not _pass_input(line):
                    selector.unregister(0)
            for _channel, kind, data in whole(received):
                if kind == b"x":
                    return int(data)
                _write(1 if kind == b"o" else 2, data)


def _pass_input(line: socket.socket) -> bool:
    data = os.read(0, _CHUNK)
    line.sendall(frame(0, b"i", data))
    return bool(data)


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


if __name__ == "__main__":
    main()
