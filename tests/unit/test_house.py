"""The house rules that no linter knows: both languages, short functions, one clock, no paths of some machine."""

from __future__ import annotations

import ast
import os
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cctv_probe"
THAI = re.compile("[\u0e00-\u0e7f]")
POSIX_ONLY = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "scapy", "syslog", "termios", "tty"}
HEAVY = {"av", "cryptography", "cv2", "lxml", "onvif", "openpyxl", "pydantic", "requests", "scapy", "zeep"}


@cache
def _modules() -> dict[str, ast.Module]:
    """The package's source files by their path inside the checkout."""
    files = sorted(PACKAGE.rglob("*.py"))
    assert files
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text("utf-8")) for file in files}


# --- Both languages ---------------------------------------------------------------------------------------------------


def _text_calls(tree: ast.Module) -> Iterator[ast.Call]:
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "cctv_probe.model.words"
        for alias in node.names
        if alias.name == "Text"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names | {"words.Text"}:
            yield node


def _halves(call: ast.Call) -> tuple[ast.expr, ast.expr]:
    given = dict(zip(("en", "th"), call.args, strict=False)) | {word.arg or "": word.value for word in call.keywords}
    return given["en"], given.get("th", given["en"])  # `Text(*halves)` gives both at once


def _literal(expression: ast.expr) -> str | None:
    return expression.value if isinstance(expression, ast.Constant) and isinstance(expression.value, str) else None


def _words_in(expression: ast.expr) -> bool:
    """Whether the expression itself says something, rather than passing on what another says."""
    match expression:
        case ast.Constant(value=str(said)):
            return bool(re.search("[A-Za-z]", said))
        case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts):
            return any(map(_words_in, parts))
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            return _words_in(one) or _words_in(other)
        case ast.Call(func=ast.Attribute(value=said_first)):
            return _words_in(said_first)  # "...".format()
        case _:
            return False


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def _plain(sentence: str) -> str:
    return "".join(text for text, _, _, _ in Formatter().parse(sentence))


def _fault_of(call: ast.Call) -> str | None:
    en, th = _halves(call)
    english, thai = _literal(en), _literal(th)
    if (
        english is None
    ):  # two texts or two dates joined are fine; a sentence must be whole, so that it can be translated
        return "English is put together from pieces; use {placeholders} and with_()" if _words_in(en) else None
    if thai is None:
        return "English is a plain string, Thai is not"
    if re.search("[A-Za-z]", _plain(english)) and not THAI.search(thai):
        return "Thai half without a Thai letter"
    if _placeholders(english) != _placeholders(thai):
        return f"placeholders differ: {_placeholders(english)} and {_placeholders(thai)}"
    return None


def test_every_text_is_said_in_thai_too() -> None:
    calls = [(path, call) for path, tree in _modules().items() for call in _text_calls(tree)]
    assert calls
    assert [f"{path}:{call.lineno} {fault}" for path, call in calls if (fault := _fault_of(call))] == []


@pytest.mark.parametrize(
    "call",
    [
        "Text('Port {port} is closed.', 'Port {port} is closed.')",
        "Text(en='Port {port} is closed.', th='พอร์ต {number} ปิดอยู่')",
        "Text(en=f'Port {port} is closed.', th=f'พอร์ต {port} ปิดอยู่')",
        "Text('Port ' + port, th='พอร์ต')",
        "Text('Port {}'.format(port), 'พอร์ต')",
        "Text('Open.' if port else name, 'เปิดอยู่')",
    ],
)
def test_an_untranslated_text_is_found(call: str) -> None:
    found = list(_text_calls(ast.parse(f"from cctv_probe.model.words import Text\n{call}")))
    assert [_fault_of(each) for each in found] != [None]


# --- Short files and functions ----------------------------------------------------------------------------------------


def test_no_file_has_grown_past_400_lines() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in _modules()}
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{path}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path, tree in _modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > 60} == {}
    assert statistics.median(lengths.values()) <= 15


def test_every_package_says_what_it_is_for() -> None:
    silent = [path for path, tree in _modules().items() if path.endswith("__init__.py") and not ast.get_docstring(tree)]
    assert silent == []


# --- Imports and clocks -----------------------------------------------------------------------------------------------


def _imported_at_start(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, top-level module) of what importing this file imports."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, (node.module or "").partition(".")[0]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _imported_at_start(node)


def test_windows_can_import_all_but_the_agent_and_arp() -> None:
    found = [
        f"{path}:{line} {module}"
        for path, tree in _modules().items()
        if not path.startswith(("cctv_probe/agent/", "cctv_probe/discover/arp"))
        for line, module in _imported_at_start(tree)
        if module in POSIX_ONLY
    ]
    assert found == []


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = "import sys, cctv_probe.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert "cctv_probe" in loaded
    assert loaded & HEAVY == set()


def _asks_the_time(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return any(alias.name in {"time", "time_ns"} for alias in node.names)
    if not isinstance(node, ast.Attribute):
        return False
    owner = ast.unparse(node.value)
    asked = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "time_ns"}}
    return node.attr in asked.get(owner.rpartition(".")[2], set())


def test_only_the_clock_asks_what_time_it_is() -> None:
    found = {
        path
        for path, tree in _modules().items()
        if not path.startswith("cctv_probe/simulator/") and any(_asks_the_time(node) for node in ast.walk(tree))
    }
    assert found == {"cctv_probe/wire/clock.py"}


# --- What is in the repository ----------------------------------------------------------------------------------------


def _own_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_path_of_some_machine_or_a_package_registry() -> None:
    folders = ["root/", "work/main", "work/shared", "work/.", "tmp/w/", "opt/pypi", "opt/wheels"]
    hosts = [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("deb.debian", "org"),
        ("security.debian", "org"),
        ("npmjs", "org"),
    ]
    paths = "|".join(re.escape(folder) for folder in folders)
    names = "|".join(re.escape(".".join(host)) for host in hosts)
    forbidden = re.compile(rf"(?<![\w.])/(?:{paths})|\b(?:{names})\b".encode())
    files = _own_files()
    assert Path(__file__) in files
    found = {
        file.relative_to(ROOT).as_posix(): hit[0] for file in files if (hit := forbidden.search(file.read_bytes()))
    }
    assert found == {}


def _locked(name: str) -> dict[str, list[Version]]:
    pins: dict[str, list[Version]] = {}
    for package, version in re.findall(
        r"^([\w.-]+)==([^\s;]+)", (ROOT / f"scripts/locked/{name}.txt").read_text(), re.M
    ):
        pins.setdefault(canonicalize_name(package), []).append(Version(version))
    return pins


@pytest.mark.parametrize("name", ["run", "dev", "central"])
def test_the_locked_packages_are_what_the_project_asks_for(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"].get(name, [])]
    pins = _locked(name)
    missing = [
        str(requirement)
        for requirement in wanted
        if not all(version in requirement.specifier for version in pins.get(canonicalize_name(requirement.name), []))
        or canonicalize_name(requirement.name) not in pins
    ]
    assert missing == [], "run scripts/lock"


SKIPPING = """
import pytest

def test_runs(): pass
def test_skips(): pytest.skip("no camera here")
@pytest.mark.skipif(True, reason="no camera there")
def test_marked(): pass
def test_recorded(recorded_dir): pass
@pytest.mark.xfail(reason="known")
def test_known(): assert False
"""


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error"), ("", "1 passed, 3 skipped")]
)
def test_in_continuous_integration_a_skip_is_a_failure(tmp_path: Path, ci: str, outcome: str) -> None:
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CCTV_PROBE_", "PYTEST_"))}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        cwd=tmp_path,
        env=environment | {"CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in ran.stdout.splitlines()[-1]
