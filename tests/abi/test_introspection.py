"""The introspection data: made without a warning, complete, and every symbol documented."""

import shlex
import subprocess
import xml.etree.ElementTree as ET

import pytest

from abi import version_script

CORE = "{http://www.gtk.org/introspection/core/1.0}"
IDENTIFIER = "{http://www.gtk.org/introspection/c/1.0}identifier"
TYPE = "{http://www.gtk.org/introspection/c/1.0}type"


@pytest.fixture(scope="module")
def gir(staged):
    return ET.parse(staged / "usr/share/gir-1.0/OstreeUnlock-1.0.gir").getroot()


@pytest.fixture(scope="module")
def functions(gir):
    """Functions, methods and constructors by their names in C."""
    others = {f"{CORE}member", f"{CORE}function-macro"}
    return {node.get(IDENTIFIER): node for node in gir.iter() if node.get(IDENTIFIER) and node.tag not in others}


@pytest.fixture(scope="module")
def types(gir):
    kinds = {f"{CORE}record", f"{CORE}enumeration"}
    return {node.get(TYPE): node for node in gir.iter() if node.tag in kinds}


def test_has_every_function(functions):
    # get_type functions are attributes of their types.
    expected = {name for name in version_script.nodes() if not name.endswith("_get_type")}
    assert functions.keys() == expected


def test_every_get_type_has_its_type(types):
    found = {node.get("{http://www.gtk.org/introspection/glib/1.0}get-type") for node in types.values()}
    assert {name for name in version_script.nodes() if name.endswith("_get_type")} == found - {None}


def test_what_scripts_cannot_call(functions):
    """Bindings make a new GError from domain, number and message: what else was in it is lost."""
    skipped = {name for name, node in functions.items() if node.get("introspectable") == "0"}
    assert skipped == {f"ostree_sysroot_unlock_error_get_{what}" for what in ("conflicts", "holders")}


def test_everything_is_documented_and_says_since_when(functions, types):
    lines = []
    for name, node in (functions | types).items():
        if node.get("version") is None:
            lines.append(f"{name} does not say since when")
        if node.find(f"{CORE}doc") is None and node.find(f"{CORE}return-value/{CORE}doc") is None:
            lines.append(f"{name} is not documented")
        for parameter in node.iterfind(f"{CORE}parameters/{CORE}parameter"):
            if parameter.find(f"{CORE}doc") is None:
                lines.append(f"{name}: {parameter.get('name')} is not documented")
    for node in (node for kind in types.values() for node in kind.iterfind(f"{CORE}member")):
        if node.find(f"{CORE}doc") is None:
            lines.append(f"{node.get(IDENTIFIER)} is not documented")
    assert lines == []


def test_the_version_is_that_of_the_node(functions):
    for name, node in functions.items():
        assert version_script.nodes()[name] == f"LIBOSTREE_UNLOCK_{node.get('version')}", name


def test_the_error_domain_belongs_to_its_enumeration(types):
    domain = types["OstreeSysrootUnlockError"].get("{http://www.gtk.org/introspection/glib/1.0}error-domain")
    assert domain == "ostree-sysroot-unlock-error-quark"


def test_scans_without_a_warning(staged, tmp_path):
    flags = ["pkg-config", "--cflags", "ostree-1", "gio-2.0"]
    flags = subprocess.run(flags, stdout=subprocess.PIPE, text=True, check=True).stdout
    # the scanner reads -isystem as -i, which is --include; Debian 13's Kerberos has it
    flags = flags.replace("-isystem ", "-I")
    (library,) = staged.glob("usr/lib*/**/libostree-unlock.so.1")
    done = subprocess.run(
        [
            "g-ir-scanner",
            "--quiet",
            "--warn-all",
            "--warn-error",
            "--namespace=OstreeUnlock",
            "--nsversion=1.0",
            "--identifier-prefix=OstreeSysrootUnlock",
            "--symbol-prefix=ostree_sysroot_unlock",
            "--symbol-prefix=ostree_unlock",
            "--include=Gio-2.0",
            "--include=OSTree-1.0",
            f"--library-path={library.parent}",
            "--library=ostree-unlock",
            "--pkg=ostree-1",
            "--pkg=gio-2.0",
            f"--output={tmp_path / 'OstreeUnlock-1.0.gir'}",
            *shlex.split(flags),
            staged / "usr/include/ostree-unlock-1/ostree-unlock.h",
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
