"""The words of scripted answers: the default text, its pieces, and JSON that a schema accepts."""

import math
import re
from typing import Any

from tests.server.http import Request

SAMPLE = """\
## 1. Executive Summary

The repository holds **benchmark results of gemma3** on one machine. Decode throughput is steady across the
configurations that were measured; the first call of each series pays for loading the model.

## 2. Data Ingestion Summary

Every readable file was counted; what could not be parsed is listed with its reason.

## 3. Performance Analysis

| configuration | decode tok/s | TTFT ms | note |
|---|---:|---:|---|
| num_gpu=60, num_ctx=512 | 101.4 | 182.7 | warm |
| num_gpu=80, num_ctx=1024 | 102.3 | 95.1 | warm |
| num_gpu=999, num_ctx=4096 | 99.8 | 1,204.0 | cold start |

- **Throughput** hardly depends on `num_ctx` – the spread stays below 1 %.
- **TTFT** is dominated by the model's load time (≈ 1.2 s); warm calls answer in 0.1–0.2 s.
- One series was measured once only: *not separable*.

## 4. Key Findings

1. Cold and warm calls must not be pooled.
2. The best configuration is not separable from the next one.

## 5. Recommendations

1. Keep the model loaded (`keep_alive`) while you measure.
2. Repeat each configuration at least five times.

## 6. Conclusion

The data supports **no ranking** of the GPU layer counts; more runs are needed.
"""


def tokens(text: str) -> list[str]:
    """Pieces of about a token's size that add up to the text."""
    return re.findall(r" ?[^\W_]{1,7}|[^\S\n]+(?=\S)|\s|.", text)


def characters(text: str) -> list[str]:
    """One piece a character."""
    return list(text)


def lines(text: str) -> list[str]:
    """One piece a line."""
    return text.splitlines(keepends=True)


def count_prompt_tokens(request: Request) -> int:
    """The prompt's size as the scripted server counts it: four characters a token, five tokens a message, a start."""
    return 1 + math.ceil(len(request.prompt) / 4) + 5 * max(1, len(request.messages))


def instance(schema: Any, root: Any = None) -> Any:
    """A small value that the JSON schema accepts (of the keywords that an answer's schema uses)."""
    root = schema if root is None else root
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        target = root
        for key in str(schema["$ref"]).removeprefix("#/").split("/"):
            target = target[key]
        return instance(target, root)
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return instance(schema[key][0], root)
    kind = schema.get("type", "object")
    return _of_type(kind[0] if isinstance(kind, list) else kind, schema, root)


def _of_type(kind: str, schema: dict[str, Any], root: Any) -> Any:
    match kind:
        case "object":
            return {name: instance(each, root) for name, each in schema.get("properties", {}).items()}
        case "array":
            return [instance(schema.get("items", {}), root) for _ in range(max(1, schema.get("minItems", 1)))]
        case "string":
            words = "nothing stands out".ljust(schema.get("minLength", 0), ".")
            return words[: schema.get("maxLength", len(words))]
        case "integer" | "number":
            return max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
        case "boolean":
            return False
        case _:
            return None
