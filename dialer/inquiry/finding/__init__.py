"""Finding a person by part of a name, by a number, an account, or the client's reference."""
