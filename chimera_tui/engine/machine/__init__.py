"""What this machine says of itself: GPUs, the commit of a folder, places that can be written."""
