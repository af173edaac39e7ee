"""Named processors, graphics cards and software versions: found in prose and in the files alike."""

from __future__ import annotations

import re

_PIECE = (
    r"(?:[A-Z]{0,4}\d[\w-]*|Ti\b|SUPER\b|Super\b|Laptop\b|Ultra\b|Pro\b|Max\b|Mobile\b|"
    r"v\d\b|Ada\b|Core\b|(?i:Platinum|Gold|Silver|Bronze|Eng|Sample:?)(?=[ -]\d)|Gen\b|i[3579]-\w+|Family\b|Model\b)"
)
_BRAND = (
    r"(?:NVIDIA|AMD|Intel|GeForce|RTX|GTX|Tesla|Quadro|Radeon|Ryzen|Threadripper|EPYC|"
    r"Xeon|XEON|INTEL|Instinct|Arc|Titan|TITAN|Jetson)"
)
DEVICE = re.compile(
    rf"\b{_BRAND}(?:\(R\)|\(TM\)|®|™)*(?:[ -](?:{_BRAND}|{_PIECE})(?:\(R\)|\(TM\)|®|™)*)*(?: (?:Laptop )?GPU)?"
    r"|\b(?:Apple )?M[1-9](?: (?:Pro|Max|Ultra))?(?= (?:chip|GPU|CPU|Mac|processor|MacBook))"
    r"|\b[AHVBLT]\d{2,3}[SX]?(?=[\s-]*(?:GPUs?|cards?|\d+ ?GB|SXM|PCIe|NVL|,|\.|$))"
    r"|\bi[3579]-\d{4,5}[A-Z]{0,2}\d?\b"
)
SOFTWARE = re.compile(
    r"\b(CUDA|cuDNN|ROCm|PyTorch|Torch|TensorFlow|TensorRT|Triton|Python|Ollama|"
    r"llama\.cpp|vLLM|ONNX Runtime|Windows|Ubuntu|"
    r"Linux|macOS|[Dd]river|Transformers|Rust|Node(?:\.js)?|JAX|"
    r"OpenVINO|torch)(?:(?:[ \t]+[Vv]ersion)?(?::?[* \t]+|=)[Vv]?|[Vv]?(?=\d+\.)|"
    r"[\"'`]?\s*[:=]\s*[\"'`][Vv]?(?=\d+\.\d))(\d+(?:\.\d+)*)\b"
    r"(?!\.\d|\s?(?:%|(?:[mµun]?s|x|W|[GM]i?B|tok\w*|req\w*|t)\b))"
)
GENERIC = frozenset((
    "nvidia", "amd", "intel", "geforce", "rtx", "gtx", "tesla", "quadro", "radeon", "gpu", "cpu", "laptop", "core", "r",
    "tm", "processor", "graphics", "arc", "family", "model", "with", "apple", "chip",
))  # fmt: skip
GPU_BRANDS = frozenset(
    ("nvidia", "geforce", "rtx", "gtx", "tesla", "quadro", "radeon", "titan", "arc", "instinct", "jetson")
)


def names(text: str) -> list[re.Match[str]]:
    """Devices of which the text gives the model; a brand alone names nothing."""
    return [found for found in DEVICE.finditer(text) if re.search(r"\d", found[0])]


def designation(name: str) -> frozenset[str]:
    """What tells one device from another: ``rtx 4080`` and ``NVIDIA GeForce RTX 4080 Laptop GPU`` share 4080."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    return frozenset(word for word in words if word not in GENERIC)


def is_gpu(name: str) -> bool:
    """Whether a device is a graphics card, by its brand or its letter and number (A100)."""
    words = set(re.findall(r"[a-z0-9]+", name.lower()))
    return bool(words & GPU_BRANDS) or bool(re.fullmatch(r"[ahvblt]\d{2,3}[sx]?", name.lower().split()[0]))
