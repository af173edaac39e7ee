"""From a file's observations to canonical metrics, units and configurations."""
