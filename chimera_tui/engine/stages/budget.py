"""How much fits into a context: the num_ctx to ask for, and the room for facts in one that is fixed."""

import msgspec

FACTS_TOKENS = 4000
"""Room for the fact sheet where the context is ours to choose."""
LEAST_FACTS_TOKENS = 300
"""With less room than this the sheet is not worth sending."""
STEP = 1024


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens: the context that holds everything, the one to work with, and the room for the fact sheet in it."""

    wanted: int
    num_ctx: int
    facts_tokens: int

    @property
    def fits(self) -> bool:
        """Whether a fact sheet worth sending fits."""
        return self.facts_tokens >= LEAST_FACTS_TOKENS


def stepped(tokens: int) -> int:
    """A num_ctx that holds so many tokens: the next whole step."""
    return -(-tokens // STEP) * STEP


def budget(around_tokens: int, answer_tokens: int, available: int | None) -> Budget:
    """Plan for prompts of ``around_tokens`` of instructions, an earlier answer and a new one.

    ``available`` is a fixed num_ctx, or the most the model was trained for; None where there is no known limit. In a
    context too small for everything the answers get a quarter of it each and the fact sheet the rest.
    """
    wanted = stepped(around_tokens + 2 * answer_tokens + FACTS_TOKENS)
    if available is None or wanted <= available:
        return Budget(wanted=wanted, num_ctx=wanted, facts_tokens=FACTS_TOKENS)
    answer = min(answer_tokens, available // 4)
    return Budget(
        wanted=wanted, num_ctx=available, facts_tokens=max(0, available - around_tokens - 2 * answer)
    )  # fmt: skip
