"""The saved report: its blocks, its metrics, its Markdown."""
