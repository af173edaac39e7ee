"""Which files a repository holds and what kind each is."""
