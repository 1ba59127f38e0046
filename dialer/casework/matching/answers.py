"""What somebody says of two records, who has looked."""

from dialer.domain.transitions import Word


class PairAnswer(Word):
    """Whether two records are one person's."""

    SAME = "same"
    DIFFERENT = "different"
