"""What ships: a built wheel in a clean environment has the themes, the sample, the prompts and the example settings."""

import site
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = """
import chimera_tui
from chimera_tui.ui import themes
from chimera_tui.headless.demo import sample_repository
from chimera_tui.engine.prompts.persona import load_persona
from chimera_tui.engine.prompts.templates import load_prompts
print(chimera_tui.__file__)
found, problems = themes.load_themes((themes.builtin_folder(),))
assert not problems, problems
print(",".join(sorted(found)))
assert load_prompts().fill("system"), load_persona("InsightAgent")
print(len([path for path in sample_repository().rglob("*") if path.is_file()]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


def themes_in_the_checkout() -> list[str]:
    return sorted(path.stem for path in (ROOT / "themes").glob("*.toml"))


def test_the_wheel_holds_what_it_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"chimera_tui/themes/{name}.toml" for name in themes_in_the_checkout()} <= names
    assert "chimera_tui/config.example.toml" in names
    assert "chimera_tui/py.typed" in names
    assert not [name for name in names if name.startswith("tests/")]


def test_an_installed_wheel_finds_its_themes_sample_and_prompts(wheel: Path, tmp_path: Path) -> None:
    """The dependencies come from this environment, the program from the wheel alone."""
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    purelib = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(purelib), str(wheel)], check=True, timeout=120)
    (purelib / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    done = subprocess.run(
        [str(python), "-c", LIST], capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
        env={"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    where, themes, files = done.stdout.splitlines()
    assert Path(where).is_relative_to(environment)
    assert themes.split(",") == themes_in_the_checkout()
    assert int(files) >= 10


def test_an_editable_install_finds_the_top_level_folder() -> None:
    from chimera_tui.ui import themes

    found, problems = themes.load_themes((themes.builtin_folder(),))
    assert problems == []
    assert sorted(found) == themes_in_the_checkout()
