"""What the refusals of OpenAI-compatible servers mean to a run, and what a person can do about each."""

import re

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import BackendError
from chimera_tui.engine.backends.ollama_errors import Refusal, read_refusal

TOO_LONG = re.compile(
    r"maximum (context|model) length|context_length_exceeded|longer than the model's context|exceeds? the .*context"
    r"|is longer than the maximum",
    re.IGNORECASE,
)
FIGURES = (
    re.compile(
        r"maximum context length is (?P<num_ctx>[\d,]+) tokens.*?(?P<prompt>[\d,]+) (?:in the messages|input tokens)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\((?:length )?(?P<prompt>[\d,]+)(?: tokens)?\).*?(?:length|size)[^\d]*(?P<num_ctx>[\d,]+)", re.IGNORECASE
    ),
    re.compile(
        r"maximum context length is (?P<num_ctx>[\d,]+) tokens.*?(?:requested|resulted in) (?P<prompt>[\d,]+) tokens",
        re.IGNORECASE,
    ),
)  # fmt: skip
"""How vLLM, SGLang and others put a prompt's tokens and the context into words."""
NO_SCHEMA = re.compile(
    r"response_format|json_schema|json schema|guided|grammar|structured output|xgrammar", re.IGNORECASE
)
"""A refusal that is about the form of the answer, not about the rest of the request."""
ADVICE = {
    401: "Put the server's key into the environment variable CHIMERA_API_KEY or OPENAI_API_KEY.",
    403: "The key in CHIMERA_API_KEY or OPENAI_API_KEY may not use this model.",
    404: "Check server.openai_url: it is the base URL, such as http://127.0.0.1:8000/v1.",
    405: "Check server.openai_url: it is the base URL, such as http://127.0.0.1:8000/v1.",
    429: "It has more requests than it takes: try again in a moment.",
    503: "It may still be loading its model: try again in a moment.",
}


def refused(error: object, status: int | None = None) -> BackendError:
    """The error that a server's words stand for."""
    refusal = read_refusal(error)
    if refusal.too_long or TOO_LONG.search(refusal.text) or TOO_LONG.search(refusal.kind):
        return _too_long(refusal, status)
    said = refusal.text.rstrip(".")
    message = f"The server answered {status}: {said}." if status else f"The server failed while it answered: {said}."
    if status and not said:
        message = f"The server answered {status} without a word."
    return BackendError(Ending.SERVER_ERROR, message, ADVICE.get(status or 0, ""), status=status)


def missing_model(model: str, served: tuple[str, ...]) -> BackendError:
    """A model that the server does not serve."""
    have = f"It serves {', '.join(served)}." if served else "It serves none."
    advice = "Choose one that it serves with --model or run.model."
    return BackendError(Ending.SERVER_ERROR, f"The server has no model {model}. {have}", advice, status=404)


def no_done() -> BackendError:
    """A stream that ended without ``[DONE]``."""
    return BackendError(
        Ending.NO_DONE,
        "The server ended the answer without saying that it is done.",
        "What arrived is kept; see the server's log, and run again.",
    )


def about_the_format(error: BackendError) -> bool:
    """Whether the server refused because it cannot hold an answer to a schema."""
    return error.status in (400, 422, 500, 501) and bool(NO_SCHEMA.search(error.message))


def _too_long(refusal: Refusal, status: int | None) -> BackendError:
    prompt, num_ctx = refusal.prompt_tokens, refusal.num_ctx
    if prompt is None or num_ctx is None:
        found = next((match for figures in FIGURES if (match := figures.search(refusal.text))), None)
        prompt, num_ctx = (
            (int(found[name].replace(",", "")) for name in ("prompt", "num_ctx")) if found else (None, None)
        )
    message = f"The prompt does not fit the server's context: {refusal.text.rstrip('.')}."
    if prompt and num_ctx and prompt < num_ctx:
        message = (
            f"The prompt of {prompt:,} tokens and the answer asked for (num_predict) do not fit the server's context "
            f"of {num_ctx:,}."
        )
    elif prompt and num_ctx:
        message = f"The prompt has {prompt:,} tokens, the server's context holds {num_ctx:,}."
    return BackendError(
        Ending.REFUSED,
        message,
        "Start the server with a larger context (vLLM --max-model-len, llama-server -c), or leave out files.",
        status=status, prompt_tokens=prompt, num_ctx=num_ctx,
    )  # fmt: skip
