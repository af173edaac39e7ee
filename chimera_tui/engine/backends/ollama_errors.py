"""What an Ollama server's refusals mean to a run, and what a person can do about each."""

import re

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import BackendError

TOO_LONG = re.compile(
    r"exceeds? the (available )?(maximum )?context|longer than the context|exceeded max context", re.IGNORECASE
)
LOG_ADVICE = "The server's log says more; fewer num_gpu layers, a smaller num_ctx or a smaller model need less memory."
ADVICE_BY_TEXT = (
    (re.compile(r"does not support thinking", re.IGNORECASE), "Leave run.think unset for this model."),
    (re.compile(r"option \"|Field '|must be of type|samplers", re.IGNORECASE), "Correct that option and run again."),
    (re.compile(r"memory|runner|unexpected EOF|cuda|rocm|failed to load", re.IGNORECASE), LOG_ADVICE),
)
ADVICE_BY_STATUS = {
    401: "Put its credentials into [server.headers] of your configuration.",
    403: (
        "A server bound to loopback answers only to addresses of its own machine: use 127.0.0.1 or an SSH tunnel to it,"
        " or set OLLAMA_HOST on the server."
    ),
    404: "Check server.host: what answers there does not look like Ollama.",
    405: "Check server.host: what answers there does not look like Ollama.",
    503: "It has more requests than it takes: try again in a moment.",
}
LONGEST_TEXT = 500
"""Characters of a server's own words that are passed on: a proxy may answer with a whole page."""


class Refusal(msgspec.Struct, frozen=True):
    """A server's error, out of however many layers of JSON it came in."""

    text: str
    kind: str = ""
    prompt_tokens: int | None = None
    num_ctx: int | None = None

    @property
    def too_long(self) -> bool:
        """The prompt does not fit the context."""
        return self.kind == "exceed_context_size_error" or bool(TOO_LONG.search(self.text))


def read_refusal(error: object) -> Refusal:
    """Unwrap ``{"error": …}``, an object with ``message``, or either of them as JSON text inside the other."""
    kind, prompt_tokens, num_ctx = "", None, None
    for _ in range(4):
        if isinstance(error, str) and error.lstrip().startswith("{"):
            try:
                error = msgspec.json.decode(error)
            except (msgspec.DecodeError, ValueError, RecursionError):
                break
        if not isinstance(error, dict):
            break
        kind = str(error.get("type") or kind)
        prompt_tokens = _integer(error.get("n_prompt_tokens"), prompt_tokens)
        num_ctx = _integer(error.get("n_ctx"), num_ctx)
        inner = error.get("error") or error.get("message")
        if inner is None:
            break
        error = inner
    text = error if isinstance(error, str) else msgspec.json.encode(error).decode()
    return Refusal(" ".join(text.split())[:LONGEST_TEXT], kind, prompt_tokens, num_ctx)


def refused(error: object, status: int | None = None) -> BackendError:
    """The error that a server's words stand for; a missing model's advice needs :func:`missing_model`."""
    refusal = read_refusal(error)
    if refusal.too_long:
        return _too_long(refusal, status)
    said = refusal.text.rstrip(".")
    message = f"The server answered {status}: {said}." if status else f"The server failed while it answered: {said}."
    if status and not said:
        message = f"The server answered {status} without a word."
    return BackendError(Ending.SERVER_ERROR, message, _advice(refusal.text, status), status=status)


def missing_model(model: str, installed: tuple[str, ...]) -> BackendError:
    """A model that the server does not have."""
    have = f"It has {', '.join(installed)}." if installed else "It has none."
    advice = f"Get it with `ollama pull {model}`, or choose one that is installed."
    return BackendError(Ending.SERVER_ERROR, f"The server has no model {model}. {have}", advice, status=404)


def no_done() -> BackendError:
    """A stream that ended without its last line."""
    return BackendError(
        Ending.NO_DONE,
        "The server ended the answer without saying that it is done, as it does when a model repeats one token.",
        "What arrived is kept; run again with another seed or a higher temperature or repeat_penalty.",
    )


def _too_long(refusal: Refusal, status: int | None) -> BackendError:
    if refusal.prompt_tokens and refusal.num_ctx:
        message = f"The prompt has {refusal.prompt_tokens:,} tokens, the context holds {refusal.num_ctx:,}."
        advice = f"Set num_ctx above {refusal.prompt_tokens:,} with room for the answer, or leave out files."
    else:
        message = f"The prompt does not fit the context: {refusal.text.rstrip('.')}."
        advice = 'Raise num_ctx (or set it to "fit"), or leave out files.'
    return BackendError(
        Ending.REFUSED, message, advice, status=status, prompt_tokens=refusal.prompt_tokens, num_ctx=refusal.num_ctx
    )


def _advice(text: str, status: int | None) -> str:
    if status in ADVICE_BY_STATUS:
        return ADVICE_BY_STATUS[status]
    return next((advice for pattern, advice in ADVICE_BY_TEXT if pattern.search(text)), "")


def _integer(value: object, otherwise: int | None) -> int | None:
    return value if isinstance(value, int) else otherwise
