"""The agent in a virtual machine: starts the commands that come over a virtio port, and answers with what they do.

Usage in the machine: python3 -S -E agent.py

Why: the port is a stream of bytes without a process behind it. This gives each command its own input, output, errors,
signals and exit status, so that a test sees no difference to a command in a namespace.
What may not be in here: a module that is not built into the interpreter. A deployment's files have no times, so Python
takes no compiled module for current, and under emulation each one that it compiles again costs a tenth of a second.

A frame is a channel (4 bytes), a kind (1), a length (4) and that many bytes; see ../hypervisor.py for the other end.
  to the agent     r: start a command (number of words, words, environment)   i: its input; empty: the end of it
                   s: a signal for its process group                           q: shut down
  from the agent   h: here   o, e: output, errors   x: its exit status, or the negative number of a signal
"""

import _signal
import os
import select

CHUNK = 1 << 15  # more than this the port does not take at once
PORTS = "/sys/class/virtio-ports"

port = -1
poll = select.epoll()
# By file descriptor: what to do when it is ready.
ready = {}
# By channel: its command, as long as it runs.
commands = {}


def send(channel, kind, data=b""):
    """Send one frame; the other end always reads."""
    data = channel.to_bytes(4, "big") + kind + len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(port, data[:CHUNK]) :]


def watch(fd, events, action):
    """Have `action` called when `fd` is ready."""
    ready[fd] = action
    poll.register(fd, events)


def drop(fd):
    """Neither watch nor have it any more."""
    poll.unregister(fd)
    del ready[fd]
    os.close(fd)


class Command:
    """A command that was started, and the pipes to it."""

    def __init__(self, channel, words):
        self.channel = channel
        self.running = True
        self.input = bytearray()
        self.input_ends = False
        count = int(words[0])
        argv, env = words[1 : count + 1], words[count + 1 :]
        theirs, self.stdin = os.pipe()
        (out, stdout), (err, stderr) = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            become(argv, env, (theirs, stdout, stderr))
        for fd in (theirs, stdout, stderr):
            os.close(fd)
        for fd in (self.stdin, out, err):
            os.set_blocking(fd, False)
        self.outputs = [(out, b"o"), (err, b"e")]
        for fd, kind in self.outputs:
            watch(fd, select.EPOLLIN, lambda fd=fd, kind=kind: self.pass_on(fd, kind))
        self.pidfd = os.pidfd_open(self.pid)
        watch(self.pidfd, select.EPOLLIN, self.ended)

    def give(self, data):
        """More input for it."""
        self.input += data
        self.input_ends = self.input_ends or not data
        self.feed()

    def feed(self):
        """Write as much input as it takes now."""
        if self.stdin < 0:
            return
        try:
            while self.input:
                del self.input[: os.write(self.stdin, self.input[:CHUNK])]
        except BlockingIOError:
            if self.stdin not in ready:
                watch(self.stdin, select.EPOLLOUT, self.feed)
            return
        except BrokenPipeError:
            self.input_ends = True
        if self.stdin in ready:
            poll.unregister(self.stdin)
            del ready[self.stdin]
        if self.input_ends:
            os.close(self.stdin)
            self.stdin = -1

    def pass_on(self, fd, kind):
        """Read once; after its end what others write with its output open is read and lost."""
        try:
            data = os.read(fd, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self.outputs.remove((fd, kind))
            drop(fd)
        elif self.running:
            send(self.channel, kind, data)
        return bool(data)

    def ended(self):
        """Tell what it has written until now, and how it ended."""
        _pid, status = os.waitpid(self.pid, 0)
        drop(self.pidfd)
        for fd, kind in list(self.outputs):
            while self.pass_on(fd, kind):
                pass
        self.running = False
        del commands[self.channel]
        self.input_ends = True
        self.input.clear()
        self.feed()
        send(self.channel, b"x", b"%d" % os.waitstatus_to_exitcode(status))

    def signal(self, number):
        """A signal for it and what it has started."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass


def become(argv, env, fds):
    """In the child: become the command."""
    try:
        os.setsid()
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
        # Python ignores it, and a command would inherit that
        _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
        execute(argv, dict(pair.split(b"=", 1) for pair in env))
    except BaseException as error:
        os.write(2, f"agent: {os.fsdecode(argv[0])}: {error}\n".encode(errors="replace"))
    finally:
        os._exit(127)


def execute(argv, env):
    """os.execvpe, which would compile a module first."""
    places = [b""] if b"/" in argv[0] else [place + b"/" for place in env[b"PATH"].split(b":")]
    for place in places:
        try:
            os.execve(place + argv[0], argv, env)
        except (FileNotFoundError, NotADirectoryError) as error:
            last = error
    raise last


def shut_down():
    """End everything, write everything, restart: what systemd-shutdown does."""
    os.kill(-1, _signal.SIGKILL)
    last = "umount -a -r 2>/dev/null; sync; echo u >/proc/sysrq-trigger; sync; exec busybox reboot -f"
    os.execv("/bin/sh", ["/bin/sh", "-c", last])


def receive(channel, kind, data):
    """Do what a frame says."""
    if kind == b"q":
        shut_down()
    elif kind == b"r":
        commands[channel] = Command(channel, data.split(b"\0"))
    elif channel in commands:
        if kind == b"i":
            commands[channel].give(data)
        elif kind == b"s":
            commands[channel].signal(int(data))


received = bytearray()


def read_port():
    """Take what has come, and act on each frame that is whole."""
    received.extend(os.read(port, CHUNK))
    while len(received) >= 9:
        end = 9 + int.from_bytes(received[5:9], "big")
        if len(received) < end:
            return
        frame = bytes(received[:end])
        del received[:end]
        receive(int.from_bytes(frame[:4], "big"), frame[4:5], frame[9:])


port = os.open("/dev/" + os.listdir(PORTS)[0], os.O_RDWR)
watch(port, select.EPOLLIN, read_port)
send(0, b"h")
while True:
    for fd, _events in poll.poll():
        if fd in ready:
            ready[fd]()
