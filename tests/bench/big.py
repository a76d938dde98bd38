"""A tree of 140,000 files: made, changed here and there, committed and booted.

Why: what depends on the size of a system shows only on a large one, and all that is compared has to be compared on the same.
What may not be in here: what is measured on it.
"""

from __future__ import annotations

DIRECTORIES, FILES = 2_700, 51
"""So many directories with so many files each."""

# Contents are shared by 20 files, as a disk of the tests has few inodes; a checkout links them anyway. Their sizes are spread
# like those in the /usr of a Debian, half of them below 2 kB, but for large ones: 9 kB on average, where there it is 40.
SIZES = [300, 500, 800, 1_000, 1_200, 1_400, 1_600, 1_800, 2_000, 2_000, 2_500, 3_000, 4_000, 5_000, 7_000, 9_000, 12_000, 20_000, 30_000, 60_000]
MAKE = f"""
import os
for number in range({DIRECTORIES}):
    at = f"/var/big/usr/big/{{number % 30:02}}/{{number:04}}"
    os.makedirs(at)
    for name in range({FILES}):
        with open(f"{{at}}/file{{name}}", "w") as file:
            content = (number * {FILES} + name) // 20
            file.write(f"{{content:09}} ".ljust({SIZES}[content % 20], "x"))
"""

# Writes to every so many-th file.
CHANGE = f"""
import sys
root, count = sys.argv[1], int(sys.argv[2])
total = {DIRECTORIES * FILES}
for place in range(count):
    number, name = divmod(place * total // count, {FILES})
    with open(f"{{root}}/usr/big/{{number % 30:02}}/{{number:04}}/file{{name}}", "r+") as file:
        file.write("x")
"""


def change(system, root: str, count: int) -> None:
    """Writes to so many files."""
    system.run(["/usr/bin/python3", "-B", "-c", CHANGE, root, str(count)], timeout=300)


def commit(system, count: int, name: str) -> None:
    """Commits the tree with so many files changed, under that ref."""
    system.run(
        "mkdir -p /var/change && mount -t tmpfs tmpfs /var/change && mkdir /var/change/usr"
        " && cp -a --no-preserve=links /usr/big /var/change/usr/",
        timeout=300,
    )
    change(system, "/var/change", count)
    system.run(f"ostree commit -b {name} --tree=ref=big --tree=dir=/var/change && umount /var/change", timeout=600)
