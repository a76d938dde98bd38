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
END: Command = ("ostree-unlock", "end", "--yes")
ADMIN_UNLOCK: Command = ("ostree", "admin", "unlock")

# No programs: the matrix does these by itself.
WRITE: Command = ("(change something in /usr)",)
MOUNT: Command = ("(mount something below /usr)",)


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
        """What is done once for all: the first hotfix of a system deploys a way back, which then is there."""
        commands = {*self.prepare, self.command, self.turn}
        return (HOTFIX, END) if HOTFIX in commands else ()


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
}
