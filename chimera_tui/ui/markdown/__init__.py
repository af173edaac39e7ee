"""Markdown to lines of styled text: split as it streams, each closed block laid out once."""
