"""A report as one HTML file that needs nothing else: no scripts, nothing remote, repository text inert."""
