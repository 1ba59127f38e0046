"""Calls in flight: from the order to the record, and whoever joins in between."""
