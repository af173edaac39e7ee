"""The screen of a repository: the panes between its bars, and what its commands and messages do."""
