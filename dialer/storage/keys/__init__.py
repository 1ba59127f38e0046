"""Keys and where they lie: never in the store's own file."""
