"""The tidy table and the answers to what is asked of it."""
