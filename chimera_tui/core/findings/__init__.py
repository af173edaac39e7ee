"""What an expert would conclude from the measurements, with its sources and caveats."""
