"""What is killed: operations, what each starts from, and what may be there afterwards.

Why: the matrix knows none of them by name; a new operation is a new entry.
What may not be in here: how something is killed (../die.c) or looked at (look.py).
"""

from __future__ import annotations

from dataclasses import dataclass

Command = tuple[str, ...]

BEGIN: Command = ("ostree-unlock", "begin")
DEVELOPMENT: Command = (*BEGIN, "development")
TRANSIENT: Command = (*BEGIN, "transient")
HOTFIX: Command = (*BEGIN, "hotfix")
RAM: Command = (*BEGIN, "--backing", "ram")
FOR: Command = (*DEVELOPMENT, "--for", "1h")
LONGER: Command = (*DEVELOPMENT, "--for", "2h")
END: Command = ("ostree-unlock", "end", "--yes")
CLEANUP: Command = ("ostree-unlock", "cleanup")
AFTER_UPGRADE: Command = (*CLEANUP, "--after-upgrade")
ADMIN_UNLOCK: Command = ("ostree", "admin", "unlock")

# No programs: the matrix does these by itself.
WRITE: Command = ("(change something in /usr)",)
MOUNT: Command = ("(mount something below /usr)",)
LEAVE: Command = ("(leave what earlier boots and other deployments leave)",)


@dataclass(frozen=True)
class Operation:
    """One call of the command, from a system prepared for it."""

    prepare: tuple[Command, ...]
    """What is done beforehand, from a locked system."""
    command: Command
    before: str
    after: str
    """The state beforehand and afterwards."""
    turn: Command
    """What somebody does who finds that it died, other than the same again."""
    denied: Command = ()
    """What an older kernel lacks, as ../deny.c takes it."""
    between: Command = ()
    """States that are there for a moment, where the kernel offers no single move."""
    ours: bool = True
    """Whether the overlay is one of ours, and not libostree's."""

    @property
    def beforehand(self) -> tuple[Command, ...]:
        """What is done once for all: the first hotfix of a system deploys a way back, which then is there, and the first
        cleanup after an upgrade has libostree's work to do."""
        commands = {*self.prepare, self.command, self.turn}
        if AFTER_UPGRADE in commands:
            return (AFTER_UPGRADE,)
        return (HOTFIX, END) if HOTFIX in commands else ()

    @property
    def calls(self) -> tuple[Command, ...]:
        """Those of the command that are made, the one that is killed last."""
        return (*(words for words in self.prepare if words not in (WRITE, MOUNT, LEAVE)), self.command)

    @property
    def writes_intent(self) -> bool:
        """Whether it is one that has to be made good: what is done twice to the same end needs no intent."""
        return self.command[:2] != CLEANUP

    @property
    def is_limited(self) -> bool:
        """Whether what is open can have been begun with a time limit only."""
        return has_limit(self.calls[0])


def has_limit(words: Command) -> bool:
    """Whether that call sets a time limit."""
    return "--for" in words


_ON_TOP: Command = ("move_mount:beneath",)

OPERATIONS = {
    "begin-development": Operation((), BEGIN, "none", "development", END),
    "begin-transient": Operation((), TRANSIENT, "none", "transient", END),
    "begin-ram": Operation((), RAM, "none", "development", END),
    "begin-over-a-mount": Operation((MOUNT,), BEGIN, "none", "development", END),
    "end": Operation((BEGIN, WRITE), END, "development", "none", BEGIN),
    "end-transient": Operation((BEGIN, WRITE, TRANSIENT), END, "transient", "none", BEGIN),
    "end-lazy": Operation((BEGIN, WRITE), (*END, "--lazy"), "development", "none", BEGIN),
    "end-ram": Operation((RAM, WRITE), END, "development", "none", RAM),
    "end-under-a-mount": Operation((BEGIN, WRITE, MOUNT), END, "development", "none", BEGIN),
    "end-libostree": Operation((ADMIN_UNLOCK, WRITE), END, "development", "none", BEGIN, ours=False),
    "end-libostree-transient": Operation(
        ((*ADMIN_UNLOCK, "--transient"),), END, "transient", "none", BEGIN, ours=False
    ),
    "to-transient": Operation((BEGIN, WRITE), TRANSIENT, "development", "transient", END),
    "to-transient-under-a-mount": Operation((BEGIN, WRITE, MOUNT), TRANSIENT, "development", "transient", END),
    "to-development": Operation((BEGIN, WRITE, TRANSIENT), BEGIN, "transient", "development", END),
    "begin-hotfix": Operation((), HOTFIX, "none", "hotfix", END),
    "end-hotfix": Operation((HOTFIX, WRITE), END, "hotfix", "none", DEVELOPMENT),
    "end-hotfix-under-a-mount": Operation((HOTFIX, WRITE, MOUNT), END, "hotfix", "none", HOTFIX),
    "to-hotfix": Operation((BEGIN, WRITE), HOTFIX, "development", "hotfix", END),
    "from-hotfix": Operation((HOTFIX, WRITE), DEVELOPMENT, "hotfix", "development", END),
    "transient-to-hotfix": Operation((BEGIN, WRITE, TRANSIENT), HOTFIX, "transient", "hotfix", DEVELOPMENT),
    "hotfix-to-transient": Operation((HOTFIX, WRITE), TRANSIENT, "hotfix", "transient", DEVELOPMENT),
    "ram-to-hotfix": Operation((RAM, WRITE, MOUNT), HOTFIX, "development", "hotfix", END),
    # Kernels before 6.5 can only mount on top: each change leaves one more mount of the overlay for the end.
    "to-transient-on-top": Operation((BEGIN, WRITE), TRANSIENT, "development", "transient", END, _ON_TOP),
    "to-development-on-top": Operation((BEGIN, WRITE, TRANSIENT), BEGIN, "transient", "development", END, _ON_TOP),
    "to-hotfix-on-top": Operation((BEGIN, WRITE), HOTFIX, "development", "hotfix", END, _ON_TOP),
    "ram-to-hotfix-on-top": Operation((RAM, WRITE), HOTFIX, "development", "hotfix", END, _ON_TOP),
    "end-on-top": Operation(
        (BEGIN, WRITE, TRANSIENT, BEGIN), END, "development", "none", TRANSIENT, _ON_TOP, between=("transient",)
    ),
    "cleanup": Operation((LEAVE,), CLEANUP, "none", "none", BEGIN),
    "cleanup-while-open": Operation((BEGIN, WRITE, LEAVE), CLEANUP, "development", "development", END),
    "cleanup-after-upgrade": Operation((LEAVE,), AFTER_UPGRADE, "none", "none", CLEANUP),
    # Where systemd runs each has its timer; ../test_everywhere.py kills them there.
    "begin-for": Operation((), FOR, "none", "development", END),
    "end-for": Operation((FOR, WRITE), END, "development", "none", FOR),
    "longer": Operation((FOR, WRITE), LONGER, "development", "development", END),
    "to-transient-for": Operation((BEGIN, WRITE), (*TRANSIENT, "--for", "1h"), "development", "transient", FOR),
}

LIMITED = {name: operation for name, operation in OPERATIONS.items() if any(map(has_limit, operation.calls))}
"""Those for which it makes a difference whether systemd runs."""
