"""How often somebody may be wrong, in seconds at the boundary."""

from dialer.access.throttle import (
    FREE_OF_ACCOUNT,
    FREE_OF_ADDRESS,
    LONGEST_WAIT_OF_ACCOUNT_S,
    LONGEST_WAIT_OF_ADDRESS_S,
    MOST_KEPT,
    Throttle,
)


def test_five_are_free_and_each_further_one_doubles_the_wait() -> None:
    throttle = Throttle()
    waits: list[float] = []
    for _ in range(FREE_OF_ACCOUNT + 4):
        throttle.failed("eve", "a", 0.0)
        waits.append(throttle.wait("eve", "b", 0.0))
    assert waits == [0.0, 0.0, 0.0, 0.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    assert throttle.wait("eve", "b", 31.5) == 0.5
    assert throttle.wait("eve", "b", 32.0) == 0.0


def test_an_account_waits_a_minute_at_most_so_that_nobody_locks_its_owner_out() -> None:
    throttle = Throttle()
    for _ in range(1000):
        throttle.failed("eve", "a", 0.0)
    assert throttle.wait("eve", "b", 0.0) == LONGEST_WAIT_OF_ACCOUNT_S == 60.0
    assert throttle.wait("bob", "a", 0.0) == LONGEST_WAIT_OF_ADDRESS_S == 900.0


def test_an_address_that_tries_one_password_on_many_accounts_waits() -> None:
    throttle = Throttle()
    for place in range(FREE_OF_ADDRESS):
        assert throttle.wait(f"a{place}", "a", 0.0) == 0.0
        throttle.failed(f"a{place}", "a", 0.0)
    assert throttle.wait("another", "a", 0.0) == 2.0


def test_an_address_of_the_sixth_version_is_its_network_s() -> None:
    """Each customer is given 2^64 of them."""
    throttle = Throttle()
    for place in range(FREE_OF_ADDRESS):
        throttle.failed(f"a{place}", f"2001:db8::{place:x}", 0.0)
    assert throttle.wait("another", "2001:db8::ffff", 0.0) == 2.0
    assert throttle.wait("another", "2001:db8:0:1::1", 0.0) == 0.0


def test_an_address_of_the_fourth_version_in_the_words_of_the_sixth_is_itself() -> None:
    """As a proxy tells it that listens for both: all the world would else share one network."""
    throttle = Throttle()
    for place in range(FREE_OF_ADDRESS):
        throttle.failed(f"a{place}", "::ffff:192.0.2.1", 0.0)
    assert throttle.wait("another", "192.0.2.1", 0.0) == 2.0
    assert throttle.wait("another", "::ffff:198.51.100.7", 0.0) == 0.0


def test_tries_that_name_nobody_make_nobody_elsewhere_wait() -> None:
    """One-time links and the way back from a provider: a stranger's wrong ones are the stranger's alone."""
    throttle = Throttle()
    for _ in range(1000):
        throttle.failed("", "stranger", 0.0)
    assert throttle.wait("", "stranger", 0.0) == LONGEST_WAIT_OF_ADDRESS_S
    assert throttle.wait("", "office", 0.0) == 0.0


def test_success_forgets_the_account_and_not_the_address() -> None:
    throttle = Throttle()
    for _ in range(FREE_OF_ADDRESS):
        throttle.failed("eve", "a", 0.0)
    throttle.succeeded("eve")
    assert throttle.wait("eve", "b", 0.0) == 0.0
    assert throttle.wait("eve", "a", 0.0) == 2.0


def test_failures_are_forgotten_after_an_hour_and_memory_is_bounded() -> None:
    throttle = Throttle()
    for _ in range(30):
        throttle.failed("eve", "a", 0.0)
    assert throttle.wait("eve", "a", 3600.1) == 0.0
    for place in range(2 * MOST_KEPT):
        throttle.failed(f"n{place}", "b", 0.0)
    assert throttle.wait("eve", "x", 1.0) == 0.0, "the longest untouched went first"
