"""The manual pages: complete, true, and rendered without a warning."""

import json
import re
import shutil
import subprocess

import pytest

from docs.examples import MANUAL, SOURCE
from harness.documents import SCHEMA

OF_OTHERS = {
    "ostree.1",
    "ostree-admin-unlock.1",
    "sudo.8",
    "systemd-sysext.8",
    "systemd.exec.5",
    "systemd.1",
    "systemd-system.conf.5",
    "umount.8",
}

# What each verb answers, as the schema calls it; `run` answers as the command does that it runs.
ANSWERS = {
    "apply": ["applied"],
    "begin": ["outcome"],
    "cleanup": ["outcome"],
    "commit": ["committed"],
    "config": ["config"],
    "detect": ["detect"],
    "diff": ["difference", "package-line"],
    "end": ["outcome"],
    "keep": ["moved", "kept"],
    "rollback": ["applied"],
    "status": ["status"],
}

each_page = pytest.mark.parametrize("page", MANUAL, ids=lambda path: path.name)


def page_of(*verb):
    return SOURCE / "docs/man" / f"{'-'.join(['ostree-unlock', *verb])}.1"


def items(page):
    """The macros of each list item."""
    return re.findall(r"^\.It (.*)$", page.read_text(), re.MULTILINE)


def options(page):
    """The options that have a list item of their own."""
    found = [option for item in items(page) for option in re.findall(r"\bFl (-?[\w-]+)", item)]
    return {f"-{option}" for option in found}


def about_json(verb):
    """What the page says of its JSON, and what those pages say that it refers to there."""
    text = page_of(verb).read_text().partition(".Sh JSON\n")[2].partition("\n.Sh ")[0]
    others = re.findall(r"^\.Xr ostree-unlock-(\w+) 1", text, re.MULTILINE)
    return "\n".join([text, *map(about_json, others)])


def words(node, definitions):
    """The keys that an answer has, at any depth, and the words that are their values."""
    if "$ref" in node:
        return words(definitions[node["$ref"].removeprefix("#/$defs/")], definitions)
    keys = node.get("required", [])
    inner = [*(node["properties"][key] for key in keys), *node.get("oneOf", []), node.get("items")]
    below = [words(part, definitions) for part in inner if isinstance(part, dict)]
    return set().union(keys, node.get("enum", []), *below)


def test_all_are_installed(staged):
    there = {path.name for path in staged.glob("usr/share/man/man*/*")}
    assert {path.name for path in MANUAL} <= there


def test_the_command_says_what_it_has(command):
    assert {"status", "begin", "end", "detect"} <= command.verbs.keys()
    assert command.verbs["end"] == ["relock"]
    assert {"-n", "--dry-run", "--size-limit"} <= command.options("begin")
    assert {"development", "hotfix", "ram"} <= command.values("begin")


def test_every_option_stands_in_the_page_of_its_verb_and_no_other_does(command):
    for verb in [(), *((verb,) for verb in command.verbs)]:
        assert options(page_of(*verb)) == command.all_options(*verb), verb


def test_every_value_stands_in_the_page_of_its_verb(command):
    for verb in command.verbs:
        text = page_of(verb).read_text()
        assert [word for word in command.values(verb) if f"Cm {word}" not in text] == []


def test_every_key_of_an_answer_and_every_word_stands_in_the_page_of_its_verb(command):
    assert ANSWERS.keys() == command.verbs.keys() - {"run"}
    definitions = json.loads(SCHEMA.read_text())["$defs"]
    for verb, kinds in ANSWERS.items():
        said = about_json(verb)
        listed = {key for item in re.findall(r"^\.It (.*)$", said, re.MULTILINE) for key in re.findall(r"\bD[oq] (\w+)", item)}
        for definition in (definitions[kind] for kind in kinds):
            # "format" stands in the page of the command.
            assert set(definition.get("required", [])) - {"format"} - listed == set(), verb
            assert words(definition, definitions) - {"format"} - set(re.findall(r"[\w-]+", said)) == set(), verb


def test_every_verb_stands_in_the_page_of_the_command(command):
    assert command.verbs.keys() <= {item.removeprefix("Cm ") for item in items(page_of())}
    text = page_of().read_text()
    for verb, others in command.verbs.items():
        assert f".Xr ostree-unlock-{verb} 1" in text
        assert [name for name in others if f"Cm {name}" not in text] == []


def test_other_names_of_a_verb_have_its_page(command, staged):
    for verb, others in command.verbs.items():
        for name in others:
            page = staged / f"usr/share/man/man1/ostree-unlock-{name}.1"
            assert page.resolve().name == page_of(verb).name


def test_the_exit_statuses_are_those_of_the_command(command):
    section = page_of().read_text().partition(".Sh EXIT STATUS")[2].partition(".Sh")[0]
    listed = {name: int(number) for number, name in re.findall(r"^\.It (\d+)\n\.Dq ([\w-]+) :$", section, re.MULTILINE)}
    assert listed == {name: number for name, number in command.exit_statuses().items() if name != "done"}


def test_what_is_diagnosed_is_what_is_said():
    """Each message that is explained stands in the source; an ellipsis is for what differs."""
    said = "\n".join(path.read_text() for path in SOURCE.glob("src/**/*.rs"))
    text = (SOURCE / "docs/man/ostree-unlock.7").read_text()
    explained = re.findall(r'^\.It "(.*)"$', text, re.MULTILINE)
    assert len(explained) > 10
    for message in explained:
        for part in re.split(r",? *\.\.\. *", message.replace("what stands here ", "")):
            assert part in said, message


@each_page
def test_every_reference_leads_to_a_page(page):
    pages = {path.name for path in MANUAL} | OF_OTHERS
    named = {".".join(found) for found in re.findall(r"^\.Xr (\S+) (\d)", page.read_text(), re.MULTILINE)}
    assert named - pages == set()


@each_page
def test_mandoc_has_nothing_to_say(page):
    if not shutil.which("mandoc"):
        pytest.skip("mandoc is not installed")
    argv = ["mandoc", "-T", "lint", "-W", "warning", page]
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@each_page
def test_man_has_nothing_to_say(page):
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    argv = ["man", "--warnings", "-l", page]
    done = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
