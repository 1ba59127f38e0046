"""Placements into the store: staged, published by one flip, put in place."""
