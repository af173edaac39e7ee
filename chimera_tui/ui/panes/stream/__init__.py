"""The model's text while it comes."""
