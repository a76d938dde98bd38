"""No released node is touched; the check is seen to refuse it on a copy in which the node was declared released."""

import pytest

from abi import released

SCRIPT = (released.SOURCE / "libostree-unlock.sym").read_text()
RECORD = (released.SOURCE / "libostree-unlock.released").read_text()
CHANGELOG = (released.SOURCE / "CHANGELOG.md").read_text()

NODE = "LIBOSTREE_UNLOCK_2026.1"
LATER = """
LIBOSTREE_UNLOCK_2026.2 {
global:
  ostree_sysroot_unlock_later;
} LIBOSTREE_UNLOCK_2026.1;
"""


def test_no_promise_is_broken():
    assert released.faults(SCRIPT, RECORD, CHANGELOG) == []


@pytest.fixture
def promised():
    """The copy: what is wrong with it once the node is released and the version script is that one."""
    script = SCRIPT[: SCRIPT.index("};", SCRIPT.index(NODE)) + 2]
    record = f"# a comment\n{NODE} {released.checksum(released.contents(script)[NODE])}\n"
    changelog = "# Changes\n\n## 2026.1.0, 2026-12-01\n"

    def faults(change=lambda script: script, record=record, changelog=changelog):
        return released.faults(change(script), record, changelog)

    return faults


def test_a_released_node_as_it_was(promised):
    assert promised() == []
    assert promised(lambda script: "/* Another comment. */" + script.replace("  ostree", "\n    ostree")) == []


def test_a_function_more_in_a_released_node(promised):
    changed = promised(lambda script: script.replace("local:", "  ostree_sysroot_unlock_new;\nlocal:"))
    assert changed == [f"{NODE} is released, and was changed: what is new belongs into a new node"]


def test_a_function_less_in_a_released_node(promised):
    changed = promised(lambda script: script.replace("  ostree_sysroot_unlock_end;\n", ""))
    assert changed == [f"{NODE} is released, and was changed: what is new belongs into a new node"]


def test_a_released_node_that_is_gone(promised):
    assert f"{NODE} is released, and is not there any more" in promised(lambda script: script.replace(NODE, "OTHER"))


def test_a_new_node_after_a_released_one(promised):
    assert promised(lambda script: script + LATER) == []


def test_a_new_node_that_does_not_go_on_from_the_last(promised):
    changed = promised(lambda script: script + LATER.replace("} LIBOSTREE_UNLOCK_2026.1;", "};"))
    assert changed == [f"LIBOSTREE_UNLOCK_2026.2 does not go on from {NODE}"]


def test_two_new_nodes(promised):
    further = LATER.replace("2026.1;", "2026.2;").replace("2026.2 {", "2026.3 {").replace("later", "last")
    changed = promised(lambda script: script + LATER + further)
    assert changed == ["there are two nodes that are not released: new functions belong into one"]


def test_a_release_that_froze_nothing(promised):
    assert promised(record="") == [f"{NODE} has a release in CHANGELOG.md, and no line in libostree-unlock.released"]


def test_a_node_frozen_before_its_release(promised):
    changed = promised(changelog="# Changes\n\n## 2026.1.0, not yet released\n")
    assert changed == [f"{NODE} is not in a release that CHANGELOG.md has a date for"]
