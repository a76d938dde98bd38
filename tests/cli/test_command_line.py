"""The command line itself: what is accepted, what is refused, and what the answers look like. No booted system needed."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from harness import documents


def one_document(result) -> dict:
    """The JSON of an answer: one object, nothing beside it."""
    assert result.stderr == "", result
    document = documents.parse(result.stdout)
    assert document["format"] == 1
    assert result.stdout.endswith("}\n")
    return document


@pytest.mark.parametrize("words", [[], ["status"], ["unlock"], ["unlock", "status"]], ids=" ".join)
def test_status_of_another_system_is_that_it_has_nothing_to_unlock(on_host, words):
    result = on_host(*words)
    assert (result.returncode, result.stderr) == (0, ""), result
    assert "not booted by OSTree" in result.stdout


@pytest.mark.parametrize("words", [["--json"], ["status", "--json"], ["--json", "status", "--usage"]], ids=" ".join)
def test_status_of_another_system_in_json(on_host, words):
    result = on_host(*words)
    assert result.returncode == 0, result
    assert one_document(result) == {"format": 1, "booted": False, "deployment": None, "hierarchies": []}


def test_detect(on_host):
    result = on_host("detect")
    assert (result.returncode, result.stderr) == (0, ""), result
    assert result.stdout.count("\n") == 1


def test_detect_in_json(on_host):
    document = one_document(on_host("detect", "--json"))
    keys = {"format", "booted", "deployment", "manager", "unlocked", "read_only", "writable", "persistent", "message"}
    assert document.keys() == keys
    assert document["booted"] is False
    assert document["deployment"] is None
    assert document["unlocked"] == "none"
    assert document["message"]


def test_detect_writable_is_for_the_shell(on_host):
    writable = json.loads(on_host("detect", "--json").stdout)["writable"]
    result = on_host("detect", "--writable")
    assert result.returncode == (0 if writable else 1), result
    assert result.stdout == on_host("detect").stdout


@pytest.mark.parametrize("verb", ["begin", "end", "relock", "apply", "rollback"])
@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--lock-wait", "0.1"]], ids=" ".join)
def test_a_change_needs_ostree(on_host, exit_status, verb, options):
    result = on_host(verb, *options)
    assert result.returncode == exit_status["not-ostree"], result
    assert result.stdout == ""
    assert result.stderr.startswith("ostree-unlock: ")
    assert "not booted by OSTree" in result.stderr


def test_an_error_in_json(on_host, exit_status):
    result = on_host("begin", "--json")
    assert result.returncode == exit_status["not-ostree"], result
    document = one_document(result)
    assert document.keys() == {"format", "error"}
    error = document["error"]
    assert error.keys() == {"kind", "number", "message", "path", "next", "holders"}
    assert error["kind"] == "not-ostree"
    assert error["number"] == 2
    assert "not booted by OSTree" in error["message"]
    assert error["holders"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["statsu"], "'status'"),
        (["--nonsense"], "--nonsense"),
        (["unlock", "unlock"], "'unlock'"),
        (["begin", "none"], "development"),
        (["begin", "--hotfix", "--transient"], "cannot be used with"),
        (["begin", "transient", "--hotfix"], "cannot be used with"),
        (["begin", "--size-limit", "much"], "512M"),
        (["begin", "--size-limit", "0"], "more than nothing"),
        (["begin", "--backing", "tape"], "disk, ram"),
        (["begin", "--lock-wait", "-1"], "-1"),
        (["begin", "--yes"], "--yes"),
        (["end", "--lock-wait", "soon"], "seconds"),
        (["end", "--hotfix"], "--hotfix"),
        (["apply", "next", "--reset"], "cannot be used with"),
        (["apply", "--all"], "--all"),
        (["apply", "--prefer", "mine"], "changes"),
        (["rollback", "next"], "'next'"),
        (["rollback", "--allow-replacement"], "--allow-replacement"),
        (["status", "--dry-run"], "--dry-run"),
        (["detect", "--sysroot", "/"], "--sysroot"),
        (["--usage", "begin"], "behind it"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_mistakes(on_host, words, said):
    result = on_host(*words)
    assert (result.returncode, result.stdout) == (2, ""), result
    assert result.stderr.startswith("ostree-unlock: ")
    assert said in result.stderr

    result = on_host(*words, "--json")
    assert result.returncode == 2, result
    error = one_document(result)["error"]
    assert (error["kind"], error["number"]) == ("invalid-argument", 1)
    assert "--help" in error["next"]


def test_a_mistake_in_json_says_all_of_it(on_host):
    done = on_host("run", "--json", "--", "true")
    message = json.loads(done.stdout)["error"]["message"]
    assert "required arguments" in message and "--writable" in message, message
    # what stands behind `--` is the command's own
    done = on_host("run", "--writabel", "--", "tool", "--json")
    assert done.stdout == "" and "--writable" in done.stderr


def test_an_argument_that_is_not_utf8(on_host):
    result = on_host(os.fsdecode(b"\xff"))
    assert (result.returncode, result.stdout) == (2, ""), result


@pytest.mark.parametrize("verb", [[], ["status"], ["begin"], ["end"], ["detect"], ["apply"], ["rollback"]], ids=" ".join)
def test_help_goes_to_standard_output_and_fits_80_columns(on_host, verb):
    for option in ("-h", "--help"):
        result = on_host(*verb, option)
        assert (result.returncode, result.stderr) == (0, ""), result
        assert max(map(len, result.stdout.splitlines())) <= 80, result.stdout


def test_help_has_the_table_of_exit_statuses(on_host, exit_status):
    text = on_host("--help").stdout
    for name, number in exit_status.items():
        assert f"{number:>4}  {name}\n" in text


def test_version(on_host):
    result = on_host("--version")
    assert result.returncode == 0
    assert result.stdout.startswith("ostree-unlock ")


@pytest.mark.parametrize("words", [["status"], ["detect", "--json"], ["--help"]], ids=" ".join)
def test_a_reader_that_has_seen_enough_is_no_failure(on_host, words):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = on_host(*words, stdout=writer)
    finally:
        os.close(writer)
    assert (result.returncode, result.stderr) == (0, ""), result


def test_an_answer_that_cannot_be_written_is_a_failure(on_host):
    with open("/dev/full", "w") as full:
        result = on_host("status", stdout=full)
    assert result.returncode == 1, result
    assert "No space left" in result.stderr


def test_it_works_without_the_standard_streams(on_host):
    result = on_host("status", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert result.returncode == 0
