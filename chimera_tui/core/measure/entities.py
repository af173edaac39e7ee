"""Values that say what they are: quantisations, model tags, backends, devices and dtypes."""

import re
from functools import lru_cache

_QUANT = re.compile(
    r"(?<![a-z0-9])("
    r"(?:ud-)?i?q[1-8]_(?:k(?:_(?:s|m|l|xl|xs))?|[01]|xxs|xs|s|m|nl)"
    r"|q[1-8](?![0-9a-z_])|bpw[0-9.]+|int[48]|w[48]a(?:16|8)|awq|gptq|nf4|fp4|mxfp4|nvfp4|fp8|qat"
    r")(?![a-z0-9])",
    re.IGNORECASE,
)
_BACKENDS = frozenset(
    [
        "eager",
        "jit",
        "torchscript",
        "torch_compile",
        "torch.compile",
        "inductor",
        "onnx",
        "onnxruntime",
        "tensorrt",
        "torch_tensorrt",
        "torchtrt",
        "trt",
        "openvino",
        "vllm",
        "sglang",
        "llama.cpp",
        "llamacpp",
        "ollama",
        "tgi",
        "tensorrt-llm",
        "trtllm",
        "deepspeed",
        "exllama",
        "exllamav2",
        "mlx",
        "mlc",
        "torch",
        "pytorch",
        "triton",
        "tvm",
        "xla",
        "rocm",
        "vulkan",
        "sycl",
        "metal",
        "cuda_graph",
        "ctranslate2",
        "lmdeploy",
    ]
)
_DEVICES = re.compile(r"(?:cpu|cuda|gpu|mps|rocm|hip|xpu|npu|tpu)(?::\d+)?", re.IGNORECASE)
_DTYPES = frozenset(
    ["float32", "float16", "bfloat16", "fp32", "fp16", "bf16", "f32", "f16", "half", "float", "float64", "fp64", "tf32"]
)


_BARE = re.compile(r"q[1-8]")
"""By itself as often a query or a quarter as a quantisation."""


@lru_cache(maxsize=4096)
def quant_in(text: str) -> str | None:
    """The quantisation named in a model tag or file name, as it is written there."""
    found = _QUANT.search(text)
    return found[1] if found else None


@lru_cache(maxsize=4096)
def is_quant(text: str) -> bool:
    """Whether a whole value is the name of a quantisation."""
    return _QUANT.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def entity_column(text: str) -> str | None:
    """The configuration column that a bare value (a dict's key, say) belongs to, if it is recognised."""
    low = text.lower()
    if low in _BACKENDS or low.startswith(("llama.cpp-", "vllm-")):
        return "backend"
    if is_quant(text) and not _BARE.fullmatch(low):
        return "quant"
    if _DEVICES.fullmatch(low):
        return "device"
    if low.removeprefix("torch.") in _DTYPES:
        return "dtype"
    return "model" if _MODEL.fullmatch(low) else None


_MODEL = re.compile(
    r"(?:[a-z0-9.-]+/)?(?:llama|gemma|qwen|mistral|mixtral|phi|deepseek|gpt|falcon|bloom|pythia|opt)[a-z0-9.]*[-:][a-z0-9._:-]+"
    r"|(?:llama|gemma|qwen|mistral|mixtral|phi|deepseek|gpt)\d+(?:\.\d+)?"
    r"|[a-z][a-z0-9._/-]*:(?:latest|\d+(?:\.\d+)?[bm](?:-[a-z0-9._-]+)?)"
)
