"""Completions, as installed: of every option and value of every verb, asked of the shells where they can be asked."""

import re
import shlex
import shutil
import subprocess

import pytest

WHERE = {
    "bash": "bash-completion/completions/ostree-unlock",
    "zsh": "zsh/site-functions/_ostree-unlock",
    "fish": "fish/vendor_completions.d/ostree-unlock.fish",
}

# What readline would call, with its variables.
_BASH = """
. {script}
read -ra described < <(complete -p ostree-unlock)
for ((i = 0; i < ${{#described[@]}}; i++)); do [ "${{described[i]}}" = -F ] && function=${{described[i + 1]}}; done
COMP_WORDS=({words} '')
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
COMP_WORDS[COMP_CWORD]={begun}
"$function" ostree-unlock {begun} "${{COMP_WORDS[COMP_CWORD - 1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def said(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout


def by_bash(script, words, begun):
    given = _BASH.format(script=shlex.quote(str(script)), words=shlex.join(words), begun=shlex.quote(begun))
    return set(said("bash", "--norc", "-c", given).split())


def by_fish(script, words, begun):
    line = shlex.quote(" ".join([*words, begun]))
    lines = said("fish", "--no-config", "-c", f"source {shlex.quote(str(script))}; complete --do-complete {line}")
    return {text.partition("\t")[0] for text in lines.splitlines()}


def by_zsh(script, words, begun):
    """zsh completes in its line editor alone: read what it is told of the verb instead."""
    text = script.read_text()
    if len(words) == 1:
        told = text.partition("&& ret=0")[0] + text.partition("_ostree-unlock_commands() {")[2].partition("\n}")[0]
    else:
        verb = [word for word in words if not word.startswith("-")][-1]
        told = re.search(rf"^ *\({verb}\)\n(.*?)^&& ret=0$", text, re.MULTILINE | re.DOTALL)[1]
    options = set(re.findall(r"^'(?:\([^)]*\)|\*)*(--?[\w-]+)", told, re.MULTILINE))
    if words[-1] in options:
        return set(re.findall(r"^'?(?:%s=.*\(\()?([\w-]+)\\:\"" % words[-1], told, re.MULTILINE))
    values = {word for listed in re.findall(r":\(([\w ]+)\)'", told) for word in listed.split()}
    return options | values | set(re.findall(r"^'(\w+):", told, re.MULTILINE))


ASK = {"bash": by_bash, "zsh": by_zsh, "fish": by_fish}


@pytest.fixture(params=WHERE)
def complete(request, staged):
    """What a shell completes behind these words."""
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    script = staged / "usr/share" / WHERE[request.param]
    return lambda *words, begun="": ASK[request.param](script, ["ostree-unlock", *words], begun)


@pytest.mark.parametrize("shell", WHERE)
def test_the_shell_can_read_it(staged, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    script = staged / "usr/share" / WHERE[shell]
    done = subprocess.run([shell, "-n", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_verbs(command, complete):
    verbs = {name for verb, others in command.verbs.items() for name in [verb, *others]}
    assert verbs <= complete()


def test_every_option_of_every_verb(command, complete):
    options = {name for name in command.options() if name.startswith("--")}
    assert options <= complete(begun="--")
    for verb, others in command.verbs.items():
        options = {name for name in command.options(verb) if name.startswith("--")}
        for name in [verb, *others]:
            found = {word for word in complete(name, begun="--") if word.startswith("--")}
            assert found == options, name
        for part in command.parts(verb):
            options = {name for name in command.options(verb, part) if name.startswith("--")}
            found = {word for word in complete(verb, part, begun="--") if word.startswith("--")}
            assert found == options, part


def test_the_states_and_the_backings(command, complete):
    assert {"development", "transient", "hotfix"} <= command.values("begin")
    assert {"development", "transient", "hotfix"} <= complete("begin")
    assert {"disk", "ram"} == complete("begin", "--backing")


def test_what_the_build_asks_for_is_no_option(complete):
    assert "--completions" not in complete(begun="--")
