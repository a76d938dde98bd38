"""Who reads, executes and maps all the time while commits come and go: never a file that is not there, never a mixture, also
where a mount namespace of its own follows the system's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.fixtures import trees

from .test_apply import other_commit

INSIDE = Path(__file__).parent / "inside/hammer.py"
TURNS, MANY_TURNS = 25, 300
"""Each an apply and a rollback; by default, and with --wide."""
FILES = """
mkdir -p /usr/share/hammer; echo {0} >/usr/share/hammer/a; echo {0} >/usr/share/hammer/b
head -c 300000 /dev/zero | tr '\\\\0' {1} >/usr/share/hammer/large
printf '#!/bin/sh\\necho {0}\\n' >/usr/bin/hammer; chmod +x /usr/bin/hammer
"""


@trees("bookworm", "sid", usually=("sid",))
@pytest.mark.timeout(900)
def test_nobody_sees_a_mixture(system, request):
    turns = MANY_TURNS if request.config.option.wide else TURNS
    other_commit(system, FILES.format("one", "1"), "one")
    other_commit(system, FILES.format("two", "2"), "two")
    system.write("/var/hammer.py", INSIDE.read_text())
    system.run("ostree-unlock apply one")
    words = ["/usr/bin/python3", "-B", "/var/hammer.py", "/run/enough"]
    follower = ["unshare", "--mount", "--propagation", "slave", *words]
    with system.popen(words, stdout=-1) as beside, system.popen(follower, stdout=-1) as following:
        turn = "ostree-unlock apply two && ostree-unlock rollback"
        system.run(f"for turn in $(seq {turns}); do {turn} || exit 1; done >/dev/null; touch /run/enough", timeout=800)
        counts = [json.loads(process.stdout.read()) for process in (beside, following)]
    for count in counts:
        wrong = {name: count[name] for name in ("missing", "mixed", "failed", "changed")}
        assert not any(wrong.values()), counts
        assert count["lookups"] > 100 * turns and count["programs"] > turns and count["maps"] > turns, counts
    print(counts)
