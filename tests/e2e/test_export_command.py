"""``chimera-tui export`` as a person types it."""

from pathlib import Path

from tests.e2e.test_command_line import chimera

REPORT = "# Mine\n\nThere are 999 CSV files.\n"


def test_any_markdown_goes_to_stdout_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text(REPORT)
    done = chimera("export", str(tmp_path / "mine.md"), home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<!doctype html>")
    assert "were not judged" in done.stdout
    out = tmp_path / "mine.html"
    assert chimera("export", str(tmp_path / "mine.md"), "-o", str(out), home=tmp_path).stdout == ""
    assert out.read_text() == done.stdout


def test_with_a_repository_its_numbers_are_judged(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "a.csv").write_text("model,tokens_per_second\nm,10.5\n")
    (tmp_path / "mine.md").write_text(REPORT)
    done = chimera("export", str(tmp_path / "mine.md"), "--repo", str(tmp_path / "r"), home=tmp_path)
    assert 'class="contradicted"' in done.stdout


def test_a_saved_run_brings_its_facts_and_verdicts(tmp_path: Path) -> None:
    report = Path(chimera("demo", home=tmp_path).stdout.strip())
    done = chimera("export", str(report.parent), home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'id="fact-f1"' in done.stdout
    assert done.stdout == chimera("export", str(report), home=tmp_path).stdout


def test_verify_takes_the_folder_of_a_saved_run_as_export_does(tmp_path: Path) -> None:
    report = Path(chimera("demo", home=tmp_path).stdout.strip())
    done = chimera("verify", str(report.parent), home=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert " claims: " in done.stdout
    assert done.stdout == chimera("verify", str(report), home=tmp_path).stdout


def test_what_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for command in ("export", "verify"):
        done = chimera(command, str(tmp_path / "empty"), home=tmp_path)
        assert done.returncode == 2
        assert "empty is a folder without a report.md" in done.stderr
    (tmp_path / "mine.md").write_text(REPORT)
    done = chimera("export", str(tmp_path / "mine.md"), "-o", str(tmp_path / "empty"), home=tmp_path)
    assert done.returncode == 1
    assert "Nothing was written" in done.stderr
