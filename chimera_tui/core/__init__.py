"""What the program knows: pure functions over files and numbers. No terminal, no network, no clock."""
