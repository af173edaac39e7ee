"""Verdicts told: lists, footnotes, counts."""
