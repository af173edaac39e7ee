"""Runs on disk: saved, found again, read back, taken up, compared, exported, thrown away."""
