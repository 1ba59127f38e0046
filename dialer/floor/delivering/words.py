"""What a setting may be written with, where it goes into a command, a file's name or a header."""

from typing import Annotated

from compliance_gate.valid import Written

Short = Annotated[str, Written(r"[a-z0-9][a-z0-9-]{0,59}", "small letters, digits and hyphens, at most 60")]
"""A name that is also a folder's."""
Word = Annotated[
    str, Written(r"[A-Za-z0-9_][A-Za-z0-9._:@-]{0,252}", "letters, digits, dots and hyphens, at most 253")
]
Line = Annotated[
    str, Written(r"[^\x00-\x1f\x7f\"\\]{1,400}", "one line of at most 400 letters, without quotes")
]
