"""Asking the law about one contact: the gate, the question, and which rules are put to it."""
