"""Decoding one file into observations, whatever state it is in."""
