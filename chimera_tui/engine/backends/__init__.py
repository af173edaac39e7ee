"""Where a report's text comes from: a model server, or the program itself."""
