"""The rules of the house that a reader can check in a minute, checked in a second (`make check`)."""

import ast
import re
from pathlib import Path

import pytest

from app import create_app
from civic.database import migrations
from civic.settings import ROOT, Settings, configure
from civic.web.templating import TEMPLATES, environment
from tests import catalogues

PACKAGES = ("civic", "campaigns", "volunteering", "demo")
LINES_MOST, FUNCTION_MOST = 400, 60
DATA = re.compile(r'<script type="application/ld\+json">\{\{[^{}]*(?:\{[^{}]*\})?[^{}]*\|tojson \}\}</script>')
"""Data for search engines, which no browser runs: one value, written by `tojson`, which lets no tag through."""
SAME_IN_BOTH = re.compile(r"^[\W\d_]*$")


def _python_files() -> list[Path]:
    return [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path) -> object:
    configure(Settings(environment="test", data=tmp_path, secret_key="t" * 40))
    yield
    configure(None)


def test_files_and_functions_stay_short() -> None:
    long = []
    for file in _python_files():
        text = file.read_text()
        if text.count("\n") > LINES_MOST:
            long.append(f"{file.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > FUNCTION_MOST:
                    long.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}: {size} lines")
    assert not long


def test_every_slice_says_what_it_is() -> None:
    silent = []
    for package in PACKAGES:
        for folder in [ROOT / package, *(ROOT / package).iterdir()]:
            init = folder / "__init__.py"
            if folder.is_dir() and any(folder.glob("*.py")):
                says = init.exists() and ast.get_docstring(ast.parse(init.read_text()))
                silent += [] if says else [str(init.relative_to(ROOT))]
    assert not silent


def test_every_template_compiles_and_carries_no_inline_code() -> None:
    create_app(with_worker=False)
    guilty = []
    for file in sorted(TEMPLATES.rglob("*.*")):
        name = str(file.relative_to(TEMPLATES))
        environment().get_template(name)
        text = re.sub(r"\{[{%#].*?[}%#]\}", "", DATA.sub("", file.read_text()), flags=re.S)
        if file.suffix == ".html" and re.search(r"\sstyle=|\son[a-z]+=\"|\|\s*safe\b|<script(?![^>]*\ssrc=)", text):
            guilty.append(name)
    assert not guilty


def test_every_setting_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text()
    names = []
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        names.append(str(alias.choices[0]) if alias is not None and hasattr(alias, "choices") else f"CIVIC_{name.upper()}")
    assert [name for name in names if f"`{name}`" not in documented] == []


async def test_no_migration_is_missing() -> None:
    assert await migrations.undeclared() == []


def test_every_message_is_said_in_english() -> None:
    assert sorted(map(str, catalogues.missing("en"))) == []


def test_no_english_message_is_idle() -> None:
    assert sorted(map(str, catalogues.idle("en"))) == []


def test_no_message_hides_inside_an_f_string() -> None:
    hidden = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in _python_files()
        for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node) if isinstance(call, ast.Call) and getattr(call.func, "id", "") in catalogues.KEYWORDS
    ]  # fmt: skip
    assert hidden == []  # Babel reads none of them: they would stay French


def test_no_english_message_is_its_own_french() -> None:
    same = [
        message.id for message in catalogues.catalogue("en")
        if message.id and message.id == message.string and not SAME_IN_BOTH.match(str(message.id))
    ]  # fmt: skip
    listed = set((ROOT / "locales" / "same-in-english.txt").read_text().split("\n"))
    assert [str(message) for message in same if str(message) not in listed] == []


def test_french_spaces_stand_before_double_signs() -> None:
    wrong = [
        str(message) for message in catalogues.said()
        if re.search(r"\S [;!?»](?!=)|« |\S :(\s|$)", " ".join(message) if isinstance(message, tuple) else message)
    ]  # fmt: skip
    assert not wrong


def test_dependencies_are_explained_and_no_registry_is_named() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text()
    pyproject = (ROOT / "pyproject.toml").read_text()
    names = re.findall(r'^  "([A-Za-z0-9_.-]+)', pyproject.split("[tool.")[0], re.M)
    assert [name for name in names if f"**{name}**" not in explained] == []
    for file in ("requirements.txt", "requirements-dev.txt"):
        assert not re.search(r"https?://|file:|--index|--find-links", (ROOT / file).read_text())


def test_no_file_names_a_machine_path() -> None:
    paths = re.compile(r"/(?:work|root|home)/[a-z]")
    guilty = [
        str(file.relative_to(ROOT)) for folder in (*PACKAGES, "docs", "tests", "bench", "templates")
        for file in (ROOT / folder).rglob("*") if file.suffix in (".py", ".md", ".html", ".txt", ".toml")
        and paths.search(file.read_text()) and file.name != "test_house.py"
    ]  # fmt: skip
    assert not guilty


def test_the_proofs_that_the_rules_of_money_name_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "money.md").read_text()))
    written = {
        name for file in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    assert len(named) > 18
    assert named - written == set()
