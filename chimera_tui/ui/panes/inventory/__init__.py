"""One row a file."""
