"""What a run asks a person before it sends anything: on a busy machine, and where the context is too small."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.engine.backends.base import BackendError, LoadedModel

BusyAnswer = Literal["go", "cpu", "stop"]
"""Go on; go on with num_gpu 0, so that the GPU is left alone; or do not run."""


class BusyBox(msgspec.Struct, frozen=True):
    """Why a question is asked: sentences, and the models that are loaded now."""

    reasons: tuple[str, ...]
    models: tuple[LoadedModel, ...]


Ask = Callable[[BusyBox], Awaitable[BusyAnswer]]


class SmallContext(msgspec.Struct, frozen=True, kw_only=True):
    """Why a person is asked: tokens of the context, of the prompt before any answer, and of what would fit.

    ``fitting`` is None where nobody can raise the context; ``sections`` tells whether the report can be written in
    this one section by section; ``estimated`` is how the prompt was counted.
    """

    num_ctx: int
    needed: int
    fitting: int | None
    sections: bool = False
    said: str = ""
    estimated: str = ""
    served: bool = False
    """The context was chosen when the server was started, so that a request cannot change it."""

    def message(self) -> str:
        """What is wrong, in figures."""
        if self.said:
            return f"{self.said} Nothing was answered."
        which = f"The server's context of {self.num_ctx} tokens" if self.served else f"num_ctx {self.num_ctx}"
        how = f" ({self.estimated})" if self.estimated else ""
        return (
            f"{which} is too small: the prompt needs about {self.needed} tokens before any answer{how}, and would be "
            "cut. Nothing was sent."
        )

    def advice(self) -> str:
        """What a person can do."""
        if self.served:
            return "Start the server with a larger context (vLLM --max-model-len, llama-server -c)."
        if self.fitting is None:
            return "The model was trained for no more: choose another model, or leave out files."
        return f'Set num_ctx to {self.fitting}, which fits the prompt and its answers, or to "fit".'

    def refusal(self) -> BackendError:
        """The end of a run that nobody wants to go on."""
        return BackendError(Ending.REFUSED, self.message(), self.advice(), num_ctx=self.fitting)


ContextAnswer = Literal["fit", "sections", "stop"]
"""Go on with the num_ctx that fits; with one call a section in the context there is; or do not run."""

AskContext = Callable[[SmallContext], Awaitable[ContextAnswer]]


async def stop_when_small(_small: SmallContext) -> ContextAnswer:
    """Where nobody is there to ask: nothing is sent that does not fit."""
    return "stop"
