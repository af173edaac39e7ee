"""Runs on disk: found again, read back, taken up, played again, compared, exported, thrown away."""
