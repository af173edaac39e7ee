"""Prompt files and personas."""
