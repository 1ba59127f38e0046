"""The account's ledger: what is owed, of what it is made, and how payments are laid on it."""
