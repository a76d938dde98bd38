"""The pages about the C API: every public name has its place in them, with words of its own, and they read as meant."""

import html
import re
import xml.etree.ElementTree as ET

import pytest

from abi import version_script
from harness.payload import SOURCE

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"

# Not names of their own: attributes of the types.
ATTRIBUTES = {name for name in version_script.nodes() if name.endswith("_get_type")}


@pytest.fixture(scope="module")
def pages(staged):
    """Each page as text, without what is around it."""
    directory = staged / "usr/share/doc/ostree-unlock-1"
    if not directory.exists():
        pytest.skip("built without gi-docgen")
    found = {}
    for path in directory.glob("*.html"):
        text = re.sub(r"<(script|style|head|nav)\b.*?</\1>", "", path.read_text(), flags=re.DOTALL)
        found[path.name] = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
    return found


@pytest.mark.parametrize("rules", ["packaging/debian/rules", "packaging/rpm/libostree-unlock.spec"])
def test_packages_look_for_them_where_they_are_installed(rules):
    (name,) = re.findall(r"'api-pages',.*?\n    output: '(.+?)'", (SOURCE / "docs/meson.build").read_text(), flags=re.DOTALL)
    assert re.findall(r"usr/share/doc/([\w*.-]+)", (SOURCE / rules).read_text()) == [name]


@pytest.fixture(scope="module")
def gir(staged):
    return ET.parse(staged / "usr/share/gir-1.0/OstreeUnlock-1.0.gir").getroot()


def test_every_function_has_a_page(pages):
    titles = {name for text in pages.values() for name in re.findall(r"Declaration \S.*? (\w+) \(", text)}
    assert version_script.nodes().keys() - ATTRIBUTES - titles == set()


def test_every_type_and_every_value_stands_there(pages, gir):
    kinds = {f"{CORE}record", f"{CORE}enumeration", f"{CORE}member", f"{CORE}constant"}
    names = {node.get(f"{C}type") or node.get(f"{C}identifier") for node in gir.iter() if node.tag in kinds}
    assert len(names) > 20
    words = set(re.findall(r"\w+", " ".join(pages.values())))
    assert names - words == set()


def test_every_page_of_a_name_says_something(pages):
    kinds = ("func.", "method.", "ctor.", "struct.", "enum.", "error.", "const.")
    silent = [name for name, text in pages.items() if name.startswith(kinds) and "escription " not in text]
    silent = [name for name in silent if "Return value" not in pages[name]]
    assert silent == []


def test_no_markup_is_left_over(pages):
    markup = re.compile(r"(?<!\w)(?:[%@]|#(?!define|if))[A-Za-z]\w+|\(transfer \w+\)")
    assert {name: found for name, text in pages.items() if (found := markup.findall(text))} == {}
