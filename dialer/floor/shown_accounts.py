"""Accounts of a demonstration: whoever comes may be anybody of them, since nobody in the store exists."""

from dialer.floor.accounts import Accounts
from dialer.floor.signed_in import By, SignedIn, WrongSignInError


class ShownAccounts(Accounts):
    """See `Accounts`. A floor has these in a demonstration (`dialer.floor.demonstration`), nowhere else."""

    async def sign_in_for_show(self, account: str, *, address: str, earlier: str | None = None) -> SignedIn:
        """Begin a session without any password; `earlier`: the secret of one that this browser has, which
        ends.

        Raises:
            WrongSignInError: there is no such account, or it is disabled.
        """
        found = self.known.accounts.get(account)
        if found is None or found.is_disabled:
            raise WrongSignInError(f"there is no account {account} in this demonstration")
        by = By(who=account, address=address)
        return await self._begin(found, found, by, earlier, outcome="signed in for show")
