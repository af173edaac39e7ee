"""The tests, and the server they run against (``tests.server``)."""
