"""The page on which people sign in, and the way there and back by an outside provider."""
