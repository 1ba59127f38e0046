"""The rules of the account: what follows from what happened, whoever began it and by whatever means."""
