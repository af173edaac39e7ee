"""The GPUs of this machine: what the NVIDIA tool or the kernel's AMD driver says of them, in a bounded time."""

import csv
from pathlib import Path

import msgspec

from chimera_tui.engine.machine.brief_command import output_of

_ASKED = ("name", "driver_version", "memory.total", "memory.used", "utilization.gpu")
_DRM = Path("/sys/class/drm")


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU; MiB and percent, None where nobody says."""

    name: str
    driver: str = ""
    memory_mib: float | None = None
    used_mib: float | None = None
    busy_pct: float | None = None


def gpus(drm: Path = _DRM) -> list[Gpu]:
    """Every GPU that can be read; empty where there is none or no tool for it."""
    return [*_nvidia(), *_amd(drm)]


def _nvidia() -> list[Gpu]:
    output = output_of(["nvidia-smi", f"--query-gpu={','.join(_ASKED)}", "--format=csv,noheader,nounits"])
    rows = csv.reader((output or "").splitlines(), skipinitialspace=True)
    return [
        Gpu(
            name=row[0], driver=row[1], memory_mib=_number(row[2]), used_mib=_number(row[3]), busy_pct=_number(row[4])
        )
        for row in rows
        if len(row) == len(_ASKED)
    ]  # fmt: skip


def _amd(drm: Path) -> list[Gpu]:
    found = []
    for total in sorted(drm.glob("card*/device/mem_info_vram_total")):
        device = total.parent
        memory, used = (_bytes_as_mib(device / f"mem_info_vram_{part}") for part in ("total", "used"))
        busy = _number(_line(device / "gpu_busy_percent"))
        name = _line(device / "product_name") or f"AMD GPU ({device.parent.name})"
        found.append(Gpu(name=name, driver="amdgpu", memory_mib=memory, used_mib=used, busy_pct=busy))
    return found


def _bytes_as_mib(path: Path) -> float | None:
    size = _number(_line(path))
    return None if size is None else size / 2**20


def _line(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:  # "[N/A]"
        return None
