"""What this machine says of itself: its GPUs, the commit of a folder."""
