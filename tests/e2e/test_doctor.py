"""``chimera-tui doctor``: real processes, a real server, a real tmux."""

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from chimera_tui.engine.machine.brief_command import output_of
from chimera_tui.engine.machine.gpus import gpus
from chimera_tui.headless.terminal_checks import clipboard_check
from tests.e2e.terminal import Terminal
from tests.e2e.test_command_line import chimera, measurable
from tests.server import Delay, Script, ServerThread


def checks(*words: str, home: Path, status: int = 0, **environment: str) -> dict[str, dict[str, str]]:
    done = chimera("doctor", "--json", *words, home=home, **environment)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return {f"{one['area']}.{one['name']}": one for one in json.loads(done.stdout)}


def executable(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_without_terminal_and_server_it_says_what_to_do_and_nothing_must_be_put_right(tmp_path: Path) -> None:
    found = checks(str(measurable(tmp_path / "repo")), "--host", "127.0.0.1:9", home=tmp_path)
    assert found["server.answers"]["state"] == "warning"
    assert "ollama serve" in found["server.answers"]["what_to_do"]
    assert found["terminal.type"]["state"] == "warning"
    assert found["files.reports"]["state"] == "ok"
    assert not (tmp_path / "repo" / "chimera-reports").exists()
    assert not (tmp_path / "cache").exists()


def test_a_server_that_is_asked_for_and_missing_is_a_problem_one_that_is_not_wanted_is_fine(tmp_path: Path) -> None:
    repository = str(measurable(tmp_path / "repo"))
    words = (repository, "--host", "127.0.0.1:9")
    missing = checks(*words, "--set", "run.engine=ollama", home=tmp_path, status=1)
    assert missing["server.answers"]["state"] == "problem"
    fine = checks(*words, "--set", "run.engine=offline", home=tmp_path)
    assert fine["server.answers"]["state"] == "ok"


def test_a_model_is_looked_up_and_never_loaded(tmp_path: Path) -> None:
    with ServerThread(Script(loaded=["gemma3:1b"], gpu_share=0.5)) as server:
        found = checks("--host", server.url, home=tmp_path)
        paths = {request.path for request in server.requests}
    assert paths <= {"/api/version", "/api/tags", "/api/ps", "/api/show"}
    assert found["server.answers"]["state"] == "ok"
    assert "installed" in found["model.gemma3:latest"]["found"]
    assert "not loaded" in found["model.memory"]["found"]
    assert "gemma3:1b" in found["model.others"]["found"]
    assert "50% on the GPU" in found["model.others"]["found"]


def test_a_model_half_on_the_gpu_and_one_that_is_missing(tmp_path: Path) -> None:
    with ServerThread(Script(loaded=["gemma3:latest"], gpu_share=0.25)) as server:
        found = checks("--host", server.url, home=tmp_path)
        missing = checks("--host", server.url, "--model", "nosuch:1b", home=tmp_path)
    assert found["model.memory"]["state"] == "warning"
    assert "25% on the GPU" in found["model.memory"]["found"]
    assert missing["model.nosuch:1b"]["state"] == "warning"
    assert "ollama pull nosuch:1b" in missing["model.nosuch:1b"]["what_to_do"]


def test_a_server_that_hangs_holds_nothing_up(tmp_path: Path) -> None:
    with ServerThread(Script(faults=[Delay(seconds=float("inf"), path="/api/version")])) as server:
        found = checks("--host", server.url, home=tmp_path)
    assert found["server.answers"]["state"] == "warning"
    assert "did not answer within" in found["server.answers"]["found"]


def test_each_layer_of_settings_is_named_with_its_problems(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    (repository / ".chimera.toml").write_text('[server]\nhost = "elsewhere"\n')
    file = tmp_path / "config" / "chimera-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[options]\ntemperature = 9\n[ui]\ntheme = "nosuch"\n[keys]\n"run.start" = "q"\n')
    found = checks(str(repository), home=tmp_path, status=1, CHIMERA_MODEL="m:1b")
    assert "line 2" in found["settings.your file"]["found"]
    assert found["settings.your file"]["state"] == "problem"
    assert found["settings.repository"]["state"] == "warning"
    assert "CHIMERA_MODEL" in found["settings.environment"]["found"]
    assert "nosuch" in found["settings.themes"]["found"]
    assert "run.start and app.quit" in found["settings.keys"]["found"]


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    repository = measurable(tmp_path / "repo")
    (repository / "chimera-reports").write_text("in the way")
    (tmp_path / "cache").write_text("in the way")
    found = checks(str(repository), home=tmp_path)
    assert found["files.reports"]["state"] == "warning"
    assert "is not a folder" in found["files.reports"]["found"]
    assert str(tmp_path / "data") in found["files.reports"]["found"]
    assert found["files.cache"]["state"] == "warning"
    assert checks(str(tmp_path / "nowhere"), home=tmp_path, status=1)["files.repository"]["state"] == "problem"


def test_a_dumb_terminal_is_a_problem(tmp_path: Path) -> None:
    assert checks(home=tmp_path, status=1, TERM="dumb")["terminal.type"]["state"] == "problem"


def test_in_a_terminal_the_lines_fit_it(tmp_path: Path) -> None:
    with Terminal(["doctor", "--host", "127.0.0.1:9"], home=tmp_path, size=(80, 60)) as person:
        person.wait("Nothing that must be put right")
        assert "80 columns, 60 lines" in person.text
        assert "16.7 million" in person.text
        assert person.exit_status() == 0


def test_the_nvidia_tool_is_read_and_one_that_hangs_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "bin" / "nvidia-smi"
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    executable(tool, 'echo "NVIDIA GeForce RTX 4080, 560.35, 16376, 4094, 37"; echo "Odd, 1, [N/A], [N/A], [N/A]"')
    first, second = gpus(tmp_path / "no drm")
    assert (first.name, first.memory_mib, first.busy_pct) == ("NVIDIA GeForce RTX 4080", 16376, 37)
    assert (second.memory_mib, second.busy_pct) == (None, None)
    executable(tool, "exec sleep 600")
    assert output_of(["nvidia-smi"], 0.2) is None
    executable(tool, "exit 9")
    assert gpus(tmp_path / "no drm") == []


def test_the_amd_driver_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    device = tmp_path / "drm" / "card0" / "device"
    device.mkdir(parents=True)
    for name, value in (("mem_info_vram_total", 16 * 2**30), ("mem_info_vram_used", 2**30), ("gpu_busy_percent", 3)):
        (device / name).write_text(f"{value}\n")
    (gpu,) = gpus(tmp_path / "drm")
    assert (gpu.name, gpu.memory_mib, gpu.used_mib, gpu.busy_pct) == ("AMD GPU (card0)", 16384, 1024, 3)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_tmux_is_asked_whether_it_passes_the_clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", os.devnull]
    subprocess.run([*tmux, "new-session", "-d", "sleep 600"], check=True)
    try:
        place = subprocess.run(
            [*tmux, "display", "-p", "#{socket_path},#{pid},0 #{pane_id}"], check=True, capture_output=True, text=True
        ).stdout.split()
        inside = {"TMUX": place[0], "TMUX_PANE": place[1], "TERM": "tmux-256color"}
        monkeypatch.setenv("TMUX", place[0])
        assert clipboard_check(inside).state == "warning"
        assert "set-clipboard external" in clipboard_check(inside).found
        subprocess.run([*tmux, "set", "-s", "set-clipboard", "on"], check=True)
        assert clipboard_check(inside).state == "ok"
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
