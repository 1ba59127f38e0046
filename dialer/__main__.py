"""`python -m dialer` is the `fairdial` command."""

from dialer.cli import main

main()
