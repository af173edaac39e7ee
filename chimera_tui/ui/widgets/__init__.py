"""Panes and their parts."""
