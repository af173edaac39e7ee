"""The widget for a text to read: drawing, moving about, verdict marks and pointing; ``markdown`` lays it out."""
