"""One immutable snapshot of a repository, swapped atomically; widgets own no frames, a run pins a generation."""
