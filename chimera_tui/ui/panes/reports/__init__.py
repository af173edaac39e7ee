"""The library of saved reports, and in its place one that is read or several that are compared."""
