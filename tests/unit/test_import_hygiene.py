"""Start-up stays cheap and layers hold: checked in a fresh interpreter, and by the import contracts."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import chimera_tui.core

ROOT = Path(__file__).parents[2]
HEAVY = ("textual", "polars", "ollama", "httpx", "rich", "scipy", "numpy")


def loaded_after(code: str, names: tuple[str, ...] = HEAVY) -> set[str]:
    """The modules of ``names`` that a fresh interpreter holds after running the code."""
    script = f"""
import sys
sys.argv = ["chimera-tui"]
try:
    exec({code!r})
except SystemExit:
    pass
sys.stderr.write(",".join(name for name in {names!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return {name for name in done.stderr.strip().splitlines()[-1:] for name in name.split(",") if name}


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(flag: str) -> None:
    assert loaded_after(f"from chimera_tui.cli import main; main([{flag!r}])") == set()


def test_the_check_itself_sees_a_heavy_import() -> None:
    assert loaded_after("import polars") >= {"polars"}


def test_no_module_of_core_imports_anything_heavy() -> None:
    names = [
        module.name
        for module in pkgutil.walk_packages(chimera_tui.core.__path__, "chimera_tui.core.")
        if not module.name.endswith("__main__")
    ]
    assert len(names) > 20
    code = "import importlib\nfor name in " + repr(names) + ": importlib.import_module(name)"
    assert loaded_after(code, (*HEAVY, "click", "watchfiles", "ijson", "tomlkit")) == set()


def test_settings_that_report_needs_come_before_the_model_client() -> None:
    assert loaded_after("import chimera_tui.engine.run", ("textual", "polars", "ollama", "httpx", "click")) == set()
