"""The stages of a run: what is asked before anything is sent, what a model is sent, what it writes."""
