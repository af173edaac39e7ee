"""What a table over a Polars frame needs beside its widget: columns, cells, order."""
