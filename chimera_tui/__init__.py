"""chimera-tui: read a repository of LLM benchmark results, let a local model report on it, check its numbers."""

__version__ = "0.1.0"
