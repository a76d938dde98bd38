"""Kills one operation before its first system call that counts, before its second, and so on until it gets through, and
looks each time: at what the kill has left, and at what the next call makes of that.

Runs in the booted system. Writes a line of JSON for each kill; `wrong` in it is what should not have been. The system
is brought back by the command itself between the kills, which is part of the proof; where that fails the run ends with
exit status 3, and goes on in a fresh boot.

Why in there: hundreds of kills with half a dozen commands each, in seconds.
What may not be in here: operations by name (operations.py).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import beside
import leftovers
import look
import sabotage
from operations import AFTER_UPGRADE, CLEANUP, END, LEAVE, MOUNT, OPERATIONS, WRITE, Command, Operation, has_limit

HERE = Path(__file__).parent
LOG = HERE / "calls"

KILLED, NOT_BROUGHT_BACK = 99, 3
ALREADY_UNLOCKED, NOT_UNLOCKED = 15, 16

# How the intent shows among the calls: from the one to the other it is there.
INTENT_WRITTEN = re.compile(r"rename\w* \.intent\.new intent$")
INTENT_DROPPED = re.compile(r"unlink\w* intent$")
# What a repair says of itself: of what, and what became of it.
TOLD = re.compile(r"an interrupted (begin|end|change of state) .*?(finished|taken back|ended in \w+)")


class Matrix:
    """One operation, and what the system was like before the first kill."""

    def __init__(self, operation: Operation, every: bool, damage: str | None) -> None:
        self.operation = operation
        self.every = every
        self.damage = damage
        for command in operation.beforehand:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True)
        self.run_state = look.run_state()
        self.base = look.usr()
        self.service = beside.Beside(beside.FOLLOWS, lambda: True)
        self.locking = beside.Beside(beside.ALONE, look.libostree_can_lock)
        self.leaving = beside.Beside(beside.ALONE, leftovers.leave)
        self.mounts = {process: look.mounts(process) for process in (1, self.service.pid)}
        self.files = look.files()
        self.wrong: list[str] = []

    # What is done.

    def trial(self, fatal: int, then: str, fatal_for_next: int) -> dict:
        """Prepares, kills before the call number `fatal`, looks, lets the next call repair, looks again."""
        self.wrong = []
        for command in self.operation.prepare:
            self.prepare(command)
        calls, got_through = self.kill(self.operation.command, fatal, 0)
        left = first_left = look.state()
        content = self.locked() if left == "none" else self.unlocked()
        states = {self.operation.after} if got_through else {self.operation.before, self.operation.after}
        states |= set(self.operation.between)

        again = then == "again" or (then == "alternately" and fatal % 2 == 1)
        call = self.operation.command if again else self.operation.turn
        executed = calls if got_through else calls[:-1]
        if fatal_for_next:
            more, next_got_through = self.kill(call, fatal_for_next, 0, ALREADY_UNLOCKED, NOT_UNLOCKED)
            executed += more if next_got_through else more[:-1]
            left = look.state()
            content = self.locked() if left == "none" else content
            states.add(aim(call, left))

        intent = False
        for done in executed:
            intent = bool(INTENT_WRITTEN.search(done)) or (intent and not INTENT_DROPPED.search(done))
        if self.damage in sabotage.AFTER_THE_KILL:
            sabotage.AFTER_THE_KILL[self.damage]()
        self.look_at_what_is_left(left, states, content, intent)
        self.next_call(call, left, content, intent)
        self.bring_back()
        return {
            "kill": fatal,
            "call": calls[-1] if calls else "",
            "got_through": got_through,
            "intent": intent,
            "left": first_left,
            "wrong": self.wrong,
        }

    def prepare(self, command: Command) -> None:
        """One step of the preparation, from a system that is as it should be."""
        if command == WRITE:
            with open("/usr/written", "w") as file:
                file.write("content")
            os.unlink("/usr/bin/tac")
        elif command == MOUNT:
            subprocess.run(["mount", "-t", "tmpfs", "carried", "/usr/games"], check=True)
            with open("/usr/games/carried", "w") as file:
                file.write("content")
        elif command == LEAVE:
            self.leaving.ask()
        else:
            self.command(command, 0)
            # What was set aside before had users then: commands that ran from it. They are gone.
            if command[0] == "ostree-unlock" and look.set_aside():
                self.wrong.append(f"prepare: discarded, used by nobody, and still there: {look.set_aside()}")

    def kill(self, command: Command, fatal: int, *expected: int) -> tuple[list[str], bool]:
        """The calls up to the fatal one, and whether it was over before that."""
        options = ["--every"] if self.every else []
        words = (str(HERE / "die"), *options, "--log", str(LOG), str(fatal), *command)
        got_through = self.command(words, KILLED, *expected).returncode != KILLED
        return [line.split("\t", 1)[1] for line in LOG.read_text(errors="replace").splitlines()], got_through

    def command(self, words: Command, *expected: int) -> subprocess.CompletedProcess:
        """Runs it on the kernel that the operation is for."""
        if self.operation.denied:
            words = (str(HERE / "deny"), *self.operation.denied, "--", *words)
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
        if expected and done.returncode not in expected:
            self.wrong.append(f"{' '.join(words)}: exit status {done.returncode}: {said(done)}")
        return done

    def next_call(self, words: Command, left: str, content: dict, intent: bool) -> None:
        """What comes next repairs first, and says so, also where it can then do nothing more."""
        statuses, after = self.answer(words, left, intent)
        done = self.command((*words, "--json"), *statuses)
        if intent != ("interrupted" in done.stdout):
            self.wrong.append(f"next: an intent was {'left' if intent else 'not left'}, and it says: {said(done)}")
        for told in TOLD.finditer(said(done)):
            # An overlay that was exchanged for one with a copy of its upper is in the same state at first.
            changed = told[2] != "taken back" or left != self.operation.before
            over = {"begin": left != "none", "end": left == "none", "change of state": changed}[told[1]]
            if over != (told[2] != "taken back"):
                self.wrong.append(f"next: it says “{told[0]}”, and the state was {left}")
        self.look_when_consistent(after, content if after != "none" else self.locked(), "next", words)

    def answer(self, words: Command, left: str, intent: bool) -> tuple[tuple[int, ...], str]:
        """The exit statuses that the next call may have, and the state afterwards."""
        wanted = aim(words, left)
        if words[:2] == CLEANUP or (has_limit(words) and left == wanted):
            return (0,), wanted
        if wanted == "none":
            return (NOT_UNLOCKED if left == "none" else 0,), "none"
        if left == "none":
            return (0,), wanted
        if left == wanted:
            return (ALREADY_UNLOCKED,), left
        # A repair may have finished the change that was asked for.
        return (0, ALREADY_UNLOCKED) if intent else (0,), wanted

    def bring_back(self) -> None:
        """To how it was before the preparation."""
        last: Command = ()
        if look.state() != "none":
            last = END
            self.command(last, 0)
        if LEAVE in self.operation.prepare:
            last = CLEANUP
            self.command(last, 0)
        self.look_when_consistent("none", self.locked(), "back", last)
        while any(mount.source == "carried" for mount in look.mounts()):
            subprocess.run(["umount", "/usr/games"], check=True)

    def is_back(self) -> bool:
        """Whether the system is as it was before the first kill, if need be after a last attempt."""
        if look.state() != "none":
            self.command((*END, "--lazy"))
        same = all(look.mounts(process) == before for process, before in self.mounts.items())
        return same and look.files() == self.files and look.usr() == self.base

    def locked(self) -> dict:
        """What the locked /usr should hold: the base, and what was mounted below it before or meanwhile."""
        return {**self.base, "mounted below": "content" if MOUNT in self.operation.prepare else None}

    def unlocked(self) -> dict:
        """What it should hold while it is open."""
        if WRITE not in self.operation.prepare:
            return self.locked()
        return {**self.locked(), "written": "content", "tac": False, "programs": self.base["programs"] - 1}

    # What is looked at.

    def expect(self, when: str, what: str, seen: object, expected: object) -> None:
        if isinstance(seen, dict) and isinstance(expected, dict):
            for key in expected:
                self.expect(when, f"{what}: {key}", seen[key], expected[key])
        elif seen != expected:
            self.wrong.append(f"{when}: {what}: {seen!r}, expected {expected!r}")

    def expect_same(self, when: str, what: str, seen: set, expected: set) -> None:
        for word, others in (("left over", seen - expected), ("missing", expected - seen)):
            if others:
                self.wrong.append(f"{when}: {what}: {word}: {', '.join(sorted(map(str, others)))}")

    def look_at_what_is_left(self, left: str, states: set[str], content: dict, intent: bool) -> None:
        """Anything may be half done, but for what others rely on."""
        if left not in states:
            self.wrong.append(f"left: the state {left}, neither the one before nor the one after")
        # An end that was killed has what was mounted below aside, and its repair puts it back.
        if intent and left == "none" and look.is_kept_aside("carried"):
            content = {**content, "mounted below": look.usr()["mounted below"]}
        self.expect("left", "what /usr holds", look.usr(), content)
        self.expect("left", "libostree can lock", self.locking.ask(), True)
        believed = look.libostree()
        if left != "none" and believed == "none":
            self.wrong.append("left: an overlay that libostree knows nothing of")
        # A flag that an earlier boot left is believed until it is cleared.
        if not intent and not (LEAVE in self.operation.prepare and left == "none"):
            self.expect("left", "libostree's state", believed, left)
        if leftovers.is_marked() and AFTER_UPGRADE in self.operation.calls:
            self.expect("left", "all hooks ran", leftovers.all_hooks_ran(), True)
        hierarchy = self.status("left")
        self.expect("left", "status", hierarchy.get("unlocked"), left)
        problems = {problem["code"] for problem in hierarchy.get("problems", ())}
        self.expect("left", "status says interrupted", "interrupted" in problems, intent)

    def look_when_consistent(self, state: str, content: dict, when: str, after: Command) -> None:
        """Everybody says the same, and nothing is there that should not be `after` this call."""
        if self.damage in sabotage.AFTER_THE_REPAIR:
            sabotage.AFTER_THE_REPAIR[self.damage]()
        overlays = look.overlays()
        ours = bool(overlays) and overlays[-1].source.startswith("ostree-unlock-")
        self.expect(when, "the state", look.state(), state)
        self.expect(when, "what /usr holds", look.usr(), content)
        self.expect(when, "writable", look.is_writable(), state in ("development", "hotfix"))
        halves = [".usr-ovl-upper", ".usr-ovl-work"] if state == "hotfix" else []
        self.expect(when, "directories of a hotfix", look.halves_of_a_hotfix(), halves)
        # libostree makes its transient overlay like that.
        sealed_by_libostree = state == "transient" and not ours
        self.expect(when, "sealed", any(overlay.sealed for overlay in overlays[-1:]), sealed_by_libostree)
        self.expect(when, "libostree's state", look.libostree(), state)
        self.expect(when, "libostree can lock", self.locking.ask(), True)
        if when != "back":
            hierarchy = self.status(when)
            self.expect(when, "status", (hierarchy.get("unlocked"), hierarchy.get("problems")), (state, []))
        self.look_at_mounts(state, overlays, when)
        self.look_at_files(state, overlays, when, after)

    def look_at_mounts(self, state: str, overlays: list[look.Mount], when: str) -> None:
        if not self.operation.denied:
            self.expect(when, "overlays on /usr", len(overlays), int(state != "none"))
        self.expect(when, "overlays that a service sees", self.top(self.service.pid), self.top(1))
        in_ram = {os.path.dirname(overlay.upper) for overlay in overlays[-1:] if overlay.upper.startswith("/run/")}
        for process, before in self.mounts.items():
            who = "a service" if process == self.service.pid else "the system"
            others = [mount for mount in look.mounts(process) if not mount.is_overlay_on_usr]
            ours = {mount.point for mount in others if mount.source == "ostree-unlock"}
            self.expect_same(when, f"mounts in RAM that {who} sees", ours, in_ram)
            others = {mount for mount in others if mount.source not in ("ostree-unlock", "carried")}
            self.expect_same(when, f"other mounts that {who} sees", others, set(before))

    def top(self, process: int) -> tuple[int, str, str]:
        overlays = look.overlays(process)
        return len(overlays), look.state(process), overlays[-1].source if overlays else ""

    def look_at_files(self, state: str, overlays: list[look.Mount], when: str, after: Command) -> None:
        files, expected = look.files(), set(self.files)
        if after[:2] == CLEANUP:
            self.expect(when, "left by earlier boots and other deployments", leftovers.there(), [])
        else:
            files = {path for path in files if not leftovers.is_of_others(path)}
        if after == AFTER_UPGRADE:
            done = (leftovers.is_marked(), leftovers.all_hooks_ran())
            self.expect(when, "marked as done, and all hooks ran", done, (True, True))
        if state in ("development", "transient"):
            expected.add(f"{self.run_state}/unlocked-{state}")
        if overlays and overlays[-1].source.startswith("ostree-unlock-"):
            expected |= {f"{self.run_state}/ostree-unlock/record", look.NOTICE}
            # Where it was mounted; on the disk it may have been moved since.
            directory = os.path.dirname(overlays[-1].upper)
            if directory.startswith("/run/"):
                expected.add(directory)
            elif state != "hotfix":
                expected.add(look.temporary())
        elif overlays:
            # libostree's own has its directories where it likes, and a notice once we have changed its state.
            files = {path for path in files if not path.endswith("/usr-transient")} - {look.NOTICE}
        self.expect_same(when, "files", files, expected)

    def status(self, when: str) -> dict:
        """What our own status says; and a time limit is one that systemd knows of, if it runs."""
        done = self.command(("ostree-unlock", "status", "--json"), 0)
        if done.returncode != 0:
            return {}
        (usr,) = json.loads(done.stdout)["hierarchies"]
        if usr["unlocked"] != "none" and self.operation.is_limited:
            self.expect(when, "has a time limit", usr["until"] is not None, True)
        timers = look.timers()
        if usr["until"] is not None and timers is not None:
            until = datetime.strptime(usr["until"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
            self.expect(when, "the time limit has its timer", int(until.timestamp()) in timers, True)
        return usr


def aim(words: Command, state: str) -> str:
    """The state that a call of ours wants, from that one."""
    if words[:2] == CLEANUP:
        return state
    if words[1] == "end":
        return "none"
    return next((state for state in ("transient", "hotfix") if state in words), "development")


def said(done: subprocess.CompletedProcess) -> str:
    """What it said, in one line."""
    try:
        answer = json.loads(done.stdout)
        return answer["error"]["message"] if "error" in answer else "; ".join(answer["notes"])
    except (ValueError, KeyError):
        return " ".join((done.stdout + done.stderr).split())


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser()
    parser.add_argument("operation", choices=OPERATIONS)
    parser.add_argument("--then", choices=("again", "turn", "alternately"), default="alternately", help="the next call")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first kill")
    parser.add_argument("--step", type=int, default=1, help="to the next kill")
    parser.add_argument("--every", action="store_true", help="kill before all calls, not only those that count")
    parser.add_argument("--twice", action="store_true", help="kill the next call too, here and there")
    parser.add_argument("--sabotage", choices=(*sabotage.AFTER_THE_KILL, *sabotage.AFTER_THE_REPAIR))
    asked = parser.parse_args()
    matrix = Matrix(OPERATIONS[asked.operation], asked.every, asked.sabotage)
    fatal = asked.first
    while True:
        # 7 and 31 have no factor in common: the next call is killed at all of its calls, each time somewhere else.
        fatal_for_next = 1 + 7 * fatal % 31 if asked.twice else 0
        result = matrix.trial(fatal, asked.then, fatal_for_next)
        print(json.dumps(result), flush=True)
        if result["got_through"] or (asked.sabotage and result["wrong"]):
            return 0
        if result["wrong"] and not matrix.is_back():
            return NOT_BROUGHT_BACK
        fatal += asked.step


if __name__ == "__main__":
    sys.exit(main())
