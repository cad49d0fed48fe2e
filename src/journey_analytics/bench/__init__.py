"""Measurements on generated data. What is measured imports what it needs, and no more."""
