"""Heads of journals, signed and kept outside the store: what finds out whoever rewrote or cut a journal."""
