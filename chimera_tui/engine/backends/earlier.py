"""What this process asked of a server before: its own model may be reloaded, and a prompt seen before is cached."""

import os
from collections import deque
from dataclasses import dataclass, field

SHARED_CHARS = 32
"""A common start of this many characters leaves something in the server's cache."""
KEPT_PROMPTS = 8


@dataclass
class Earlier:
    """Models that were called and the last prompts that were sent, over the runs of a process."""

    models: set[str] = field(default_factory=set)
    num_gpu: dict[str, int] = field(default_factory=dict)
    """The layers that a model was last loaded with, where this program said how many."""
    prompts: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_PROMPTS))

    def note(self, model: str, prompt: str) -> bool:
        """Remember a call; whether its prompt starts like an earlier one, so that its prefill is not a measurement."""
        text = f"{model}\n{prompt}"
        start = len(model) + 1 + SHARED_CHARS
        shared = any(len(os.path.commonprefix((text, one))) >= start for one in self.prompts)  # noqa: RUF071 - text
        self.models.add(model)
        self.prompts.append(text)
        return shared
