"""The header: made from the source, complete, and usable from C and from C++."""

import re
import shlex
import shutil
import subprocess

import pytest

from abi import version_script

HEADER = version_script.SOURCE / "include/ostree-unlock.h"
MACRO = "_OSTREE_UNLOCK_PUBLIC"


@pytest.fixture(scope="module")
def code():
    """The header without comments and preprocessor lines."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
    text = re.sub(r"\\\n", " ", text)
    return re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)


@pytest.mark.timeout(900)  # cbindgen may have to be built
def test_is_what_the_source_says(tmp_path):
    again = tmp_path / "ostree-unlock.h"
    subprocess.run([version_script.SOURCE / "build-aux/header", again], check=True)
    assert again.read_text() == HEADER.read_text(), "run build-aux/header"


def test_declares_what_is_exported(code):
    declared = re.findall(r"(\w+)\s*\([^()]*\)\s*;", code)
    assert sorted(declared) == sorted(version_script.nodes())


def test_every_prototype_has_the_visibility_macro(code):
    prototypes = [text.strip() for text in re.findall(r"[^;{}]*\([^()]*\)\s*;", code)]
    assert len(prototypes) == len(version_script.nodes())
    assert [text for text in prototypes if MACRO not in text.split()] == []


def test_types_have_the_prefix_and_are_opaque_or_enumerations(code):
    names = re.findall(r"typedef [^;]*?(\w+);", re.sub(r"\{.*?\}", "", code, flags=re.DOTALL))
    assert names and [name for name in names if not name.startswith("OstreeSysrootUnlock")] == []
    assert "struct {" not in code


@pytest.mark.parametrize(
    ("compiler", "language"),
    [("cc", "c"), ("c++", "c++"), ("clang", "c")],
)
def test_compiles_without_a_warning(staged, tmp_path, compiler, language):
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    flags = subprocess.run(
        ["pkg-config", "--cflags", "ostree-1", "gio-2.0"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    # GLib's own headers are not held to it.
    flags = [flag.replace("-I", "-isystem", 1) for flag in shlex.split(flags)]
    standard = {"c": "-std=c11", "c++": "-std=c++11"}[language]
    strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-Wstrict-prototypes"][: 5 if language == "c" else 4]
    source = tmp_path / "uses-nothing-else"
    source.write_text('#include <ostree-unlock.h>\n#include <ostree-unlock.h>\nextern int used;\n')
    include = staged / "usr/include/ostree-unlock-1"
    argv = [compiler, "-x", language, standard, *strict, *flags, f"-I{include}", "-fsyntax-only", source]
    subprocess.run(argv, check=True)
