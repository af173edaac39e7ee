"""The rules: each decides about some claims, or says nothing."""
