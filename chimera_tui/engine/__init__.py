"""What the program does: ingest, runs, journal, model servers. No terminal."""
