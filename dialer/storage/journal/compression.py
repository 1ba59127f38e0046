"""Zstandard (RFC 8878), from the standard library where it has it: the same module under two names."""

import sys

if sys.version_info >= (3, 14):  # pragma: no cover - the backport is the same module
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
