"""What is known, indexed once: cells, files, the blocks that the program wrote."""
