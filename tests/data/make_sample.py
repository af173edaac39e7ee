"""Writes the sample repository of ``chimera-tui demo``: deterministic, so that a test shows the sample is this.

Run it as ``python tests/data/make_sample.py`` after a change. The numbers are invented but plausible; the traps are
meant: a byte-order mark, units in headers, NaN in JSON, a copy, an empty file, a truncated file, an error message under
a .csv name, failures stored as zeros, a derived summary, and a note whose numbers the data refutes.
"""

import csv
import io
import json
import random
from pathlib import Path
from statistics import fmean, stdev

SAMPLE = Path(__file__).parents[2] / "chimera_tui" / "sample"
PROMPTS = ("explain a cache miss", "summarise a log", "name three prime gaps", "write a haiku on latency", "plan a rollback")


def files() -> dict[str, bytes]:
    """Every file of the sample by its path."""
    rng = random.Random(20250611)
    sweep = parameter_sweep(rng)
    quant = quantisation(rng)
    found = {
        "README.md": README,
        "notes/2025-05-tuning.md": NOTE,
        "sweep/gemma3_4b_sweep.csv": table(sweep),
        "sweep/gemma3_4b_sweep_summary.csv": table(summary(sweep)),
        "sweep/old/gemma3_4b_sweep.csv": table(sweep),
        "kv-cache/baseline/suite.csv": table(suite(rng, 71.6, 0.9)),
        "kv-cache/candidate/suite.csv": table(suite(rng, 71.3, 0.9)),
        "quantisation/quant_bench.csv": b"\xef\xbb\xbf" + table(quant),
        "quantisation/quality.json": document(quality()),
        "serving/concurrency_sweep.jsonl": serving(rng),
        "serving/depth.jsonl": depth(rng),
        "compile/startup.csv": STARTUP,
        "serving/aborted.csv": b"",
        "serving/soak_test.json": document({"backend": "sglang", "results": [{"second": i, "p99_ttft_ms": 40.5 + i} for i in range(9)]})[:-70],
        "compile/profile.csv": b"==ERROR== No kernels were profiled: the target application returned exit code 139.\n",
    }  # fmt: skip
    for name, about in COMPILED.items():
        found[f"compile/{name}_cpu.json"] = document(compiled(rng, name, about))
    found["compile/fused_kernels.json"] = document(KERNELS)
    return found


def parameter_sweep(rng: random.Random) -> list[dict[str, object]]:
    """A local model over num_gpu × num_ctx × temperature, three runs each; each reload is a cold start."""
    speed = {20: 31.4, 28: 47.9, 999: 72.3}
    rows, second = [], 0
    for num_gpu in (20, 28, 999):
        for num_ctx in (2048, 4096, 8192):
            for temperature in (0.2, 0.8):
                for run in (1, 2, 3):
                    cold = temperature == 0.2 and run == 1
                    rate = speed[num_gpu] * (1 - 0.004 * (num_ctx // 4096)) * rng.gauss(1, 0.006)
                    prompt = rng.gauss(0.031, 0.002) * (72.3 / speed[num_gpu]) ** 0.5
                    tokens = rng.randint(180, 420)
                    load = rng.gauss(3.4, 0.25) if cold else rng.gauss(0.048, 0.004)
                    rows.append(call(second, rate, prompt, tokens, load) | {
                        "num_gpu": num_gpu, "num_ctx": num_ctx, "temperature": temperature, "run": run})  # fmt: skip
                    second += 9
    failed = next(r for r in rows if (r["num_gpu"], r["num_ctx"], r["temperature"], r["run"]) == (20, 8192, 0.8, 3))
    failed |= dict.fromkeys(("ttft_s", "tokens_s", "load_s", "prompt_eval_s", "eval_s"), "0.0000")
    failed |= {"eval_count": 0, "error": "timed out after 30 s"}
    order = ("timestamp", "model", "num_gpu", "num_ctx", "temperature", "run")
    return [{key: ({"model": "gemma3:4b"} | row)[key] for key in (*order, *MEASURED)} for row in rows]


MEASURED = ("ttft_s", "tokens_s", "load_s", "prompt_eval_s", "eval_s", "prompt_eval_count", "eval_count", "error")


def call(second: int, rate: float, prompt: float, tokens: int, load: float) -> dict[str, object]:
    """One call's figures, consistent with each other to their printed digits."""
    decode = round(tokens / rate, 4)
    load, prompt = round(load, 4), round(prompt, 4)
    return {
        "timestamp": f"2025-06-11T09:{second // 60:02d}:{second % 60:02d}", "ttft_s": f"{load + prompt:.4f}",
        "tokens_s": f"{tokens / decode:.2f}", "load_s": f"{load:.4f}", "prompt_eval_s": f"{prompt:.4f}",
        "eval_s": f"{decode:.4f}", "prompt_eval_count": 26, "eval_count": tokens, "error": "",
    }  # fmt: skip


def summary(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Means per configuration, the failed row's zeros averaged in: a mistake that such tables make."""
    keys = ("num_gpu", "num_ctx", "temperature")
    groups: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    found = [
        dict(zip(keys, key, strict=True))
        | {f"mean_{m}": f"{fmean(float(str(r[m])) for r in group):.4f}" for m in ("tokens_s", "ttft_s", "load_s")}
        for key, group in groups.items()
    ]
    return sorted(found, key=lambda row: -float(str(row["mean_tokens_s"])))


def suite(rng: random.Random, speed: float, sd: float) -> list[dict[str, object]]:
    """A few warm calls at two context sizes, for a comparison with another such file."""
    rows = []
    for num_ctx in (4096, 8192):
        for run in range(1, 6):
            made = call(run * 7, rng.gauss(speed, sd), rng.gauss(0.03, 0.002), rng.randint(200, 300), rng.gauss(0.05, 0.003))
            rows.append({"model": "gemma3:4b", "num_ctx": num_ctx, "run": run} | {k: made[k] for k in MEASURED})
    return rows


def quantisation(rng: random.Random) -> list[dict[str, object]]:
    """Three quantisations over five prompts; the first was already loaded, the others begin cold."""
    rows = []
    for quant, speed, load in (("q4_K_M", 61.2, 0.05), ("q6_K", 50.7, 4.1), ("q8_0", 42.4, 5.3)):
        for index, prompt in enumerate(PROMPTS, 1):
            tokens = rng.randint(11, 17) if index == 3 else rng.randint(150, 400)
            made = call(index * 8, rng.gauss(speed, 0.6), rng.gauss(0.04, 0.003), tokens,
                        load if index == 1 else rng.gauss(0.05, 0.004))  # fmt: skip
            rows.append({"model": f"llama3.2:3b-instruct-{quant}", "tag": quant, "prompt_index": index, "prompt": prompt}
                        | {k: made[k] for k in MEASURED})  # fmt: skip
    return rows


def quality() -> dict[str, object]:
    """What the quantisations cost: one score each, and one that was never measured (a bare NaN)."""
    return {
        "q4_K_M": {"accuracy": 0.612, "perplexity": 8.41},
        "q6_K": {"accuracy": 0.624, "perplexity": 8.17},
        "q8_0": {"accuracy": 0.626, "perplexity": float("nan")},
    }


def serving(rng: random.Random) -> bytes:
    """A serving benchmark over concurrency, three runs each: throughput saturates, latency does not."""
    lines = []
    for concurrency in (1, 2, 4, 8, 16, 32, 64):
        for _ in range(3):
            tpot = (9.6 + 0.16 * concurrency + 0.0035 * concurrency**2) * rng.gauss(1, 0.012)
            ttft = (28 + 1.9 * concurrency + 0.21 * concurrency**2) * rng.gauss(1, 0.03)
            rate = concurrency / (ttft / 1e3 + 199 * tpot / 1e3)
            lines.append(json.dumps({
                "backend": "sglang", "model_id": "qwen2.5:7b", "dataset_name": "random", "request_rate": float("inf"),
                "max_concurrency": concurrency, "duration": round(120 / rate, 2), "completed": 120,
                "request_throughput": round(rate, 3), "output_throughput": round(200 * rate, 2),
                "mean_ttft_ms": round(ttft, 2), "p99_ttft_ms": round(1.9 * ttft, 2), "mean_tpot_ms": round(tpot, 3),
            }))  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


def depth(rng: random.Random) -> bytes:
    """Decode speed against context depth, as llama-bench writes it: one line a test, the repetitions inside."""
    lines = []
    for at in (0, 4096, 8192, 16384):
        runs = [round(98.0 / (1 + at / 21000) * rng.gauss(1, 0.008), 4) for _ in range(5)]
        lines.append(json.dumps({
            "build_commit": "0000000", "model_filename": "qwen2.5-7b-instruct-q4_k_m.gguf", "model_type": "qwen2 7B Q4_K - Medium",
            "n_gpu_layers": 99, "n_batch": 2048, "n_prompt": 0, "n_gen": 128, "n_depth": at,
            "avg_ts": round(fmean(runs), 6), "stddev_ts": round(stdev(runs), 6), "samples_ts": runs,
        }))  # fmt: skip
    return ("\n".join(lines) + "\n").encode()


STARTUP = b"""backend,model,compile time (s),first call (ms)
jit,transformer,0.14,41.2
torch_compile,transformer,12.61,388.0
onnx,transformer,1.87,19.4
"""
"""Units in the header, and what a compiled backend costs before its first answer."""
COMPILED = {
    "mlp": {"eager": 0.482, "jit": 0.611, "torch_compile": 0.874, "onnx": 0.0531},
    "conv": {"eager": 3.91, "jit": 3.86, "torch_compile": 4.14, "onnx": 0.702},
    "transformer": {"eager": 21.6, "jit": 6.92, "torch_compile": 5.31, "onnx": 2.94},
}
"""Mean milliseconds of each backend."""
SIZES = {"mlp": {"hidden_dim": 512}, "conv": {"channels": 3}, "transformer": {"seq_len": 128}}


def compiled(rng: random.Random, name: str, means: dict[str, float]) -> dict[str, object]:
    """A compile benchmark: statistics over ten runs of each backend."""
    backends = {}
    for backend, mean in means.items():
        sd = mean * rng.uniform(0.03, 0.22)
        backends[backend] = {"backend": backend, "benchmark": {
            "backend": backend, "mean_time_ms": round(mean, 5), "std_time_ms": round(sd, 5),
            "min_time_ms": round(mean - 1.3 * sd, 5), "max_time_ms": round(mean + 1.9 * sd, 5)}}  # fmt: skip
    return {
        "generated_at": "2025-06-12T14:03:07+00:00",
        "model": {"name": name, "device": "cpu", "dtype": "float32", "batch_size": 4, **SIZES[name]},
        "settings": {"runs": 10, "warmup_runs": 3, "backends": list(means)}, "backends": backends,
    }  # fmt: skip


KERNELS = {
    "softmax": {
        "baseline": {"mean_time_ms": 0.9134, "std_time_ms": 2.4711, "min_time_ms": 0.0921, "max_time_ms": 7.9042},
        "fused": {"mean_time_ms": 0.0894, "std_time_ms": 0.0061, "min_time_ms": 0.0817, "max_time_ms": 0.1043},
    },
    "layer_norm": {
        "baseline": {"mean_time_ms": 0.1402, "std_time_ms": 0.0088, "min_time_ms": 0.1297, "max_time_ms": 0.1577},
        "fused": {"mean_time_ms": 0.0733, "std_time_ms": 0.0042, "min_time_ms": 0.0681, "max_time_ms": 0.0829},
    },
}
"""Kernel times over ten runs; the first call of one baseline drives its mean."""


def table(rows: list[dict[str, object]]) -> bytes:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def document(value: object) -> bytes:
    """A value as JSON, NaN and Infinity bare as Python writes them."""
    return (json.dumps(value, indent=1) + "\n").encode()


README = b"""# Sample benchmarks

Invented measurements of local language models and compiled networks, for `chimera-tui demo`.

- `sweep/`: gemma3:4b over num_gpu, num_ctx and temperature, three runs each, with the cold starts a sweep has; an old copy
- `kv-cache/`: the same suite before and after quantising the key-value cache
- `quantisation/`: llama3.2:3b in three quantisations, speed and quality
- `serving/`: qwen2.5:7b behind a server, over concurrency and context depth
- `compile/`: three small networks under four backends, and two fused kernels
- `notes/`: what somebody once concluded from it

Several files are broken or misleading on purpose. Open the Findings to see which.
"""
NOTE = b"""# Tuning notes, May 2025

| Metric | Value |
|--------|-------|
| Mean throughput (gemma3:4b, all runs) | 58.4 tokens/s |
| Mean TTFT (gemma3:4b) | 0.64 s |
| Best configuration | num_gpu=28, num_ctx=8192, temperature=0.8 |

- The fused softmax kernel is **10.2x faster** than the baseline.
- torch_compile is the fastest backend for all three networks.
- A higher temperature cuts the time to first token by a factor of ten.
"""


def write(root: Path) -> None:
    """Write the sample under ``root``."""
    for path, content in files().items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    write(SAMPLE)
