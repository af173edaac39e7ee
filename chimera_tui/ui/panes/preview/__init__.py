"""A file of the repository, over the centre."""
