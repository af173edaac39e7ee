"""``chimera-tui demo``: a sample repository that ships with the program."""

import shutil
import tempfile
from importlib import resources
from pathlib import Path

SAMPLE = "sample"


def sample_repository() -> Path:
    """A copy of the sample in the user's data folder (or a temporary one), so that its reports have a place.

    Files that differ from the shipped ones are put right; reports of earlier demos stay.
    """
    from platformdirs import user_data_path

    source = Path(str(resources.files("chimera_tui").joinpath(SAMPLE)))
    try:
        return _copied(source, user_data_path("chimera-tui") / "demo" / "sample-benchmarks")
    except OSError:
        return _copied(source, Path(tempfile.mkdtemp(prefix="chimera-demo-")) / "sample-benchmarks")


def _copied(source: Path, target: Path) -> Path:
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir() or path.name == "__init__.py" or path.suffix == ".pyc" or "__pycache__" in path.parts:
            continue
        if not place.is_file() or place.read_bytes() != path.read_bytes():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
    return target
