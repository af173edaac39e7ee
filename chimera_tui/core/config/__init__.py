"""Settings: their schema, where each value came from, and how they are saved."""
