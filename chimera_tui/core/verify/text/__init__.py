"""A report's text: its lines, sentences, quantities and claims. Nothing is compared here."""
