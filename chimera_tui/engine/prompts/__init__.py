"""What a model is told: prompt files, personas, and how many tokens a text is."""
