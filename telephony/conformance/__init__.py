"""The tests that every telephone system behind the port passes."""
