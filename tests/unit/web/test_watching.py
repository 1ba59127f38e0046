"""The one broadcaster: the newest picture to everybody who watches a thing, and nobody waits for the slow."""

from dialer.web.watching import Watchers


def test_a_slow_watcher_sees_the_newest_picture_only() -> None:
    watchers = Watchers(2)
    queue = watchers.join()
    watchers.send("old")
    watchers.send("new")
    assert queue.get_nowait() == "new"
    assert queue.empty()


def test_a_picture_goes_to_those_alone_who_watch_its_subject() -> None:
    watchers = Watchers(9)
    ann, too, bob = watchers.join("ann"), watchers.join("ann"), watchers.join("bob")
    watchers.send("hers", "ann")
    assert (ann.get_nowait(), too.get_nowait(), bob.empty()) == ("hers", "hers", True)
    assert watchers.subjects == ("ann", "bob")


def test_the_last_place_is_given_and_one_more_is_not() -> None:
    watchers = Watchers(2)
    watchers.join()
    assert not watchers.is_full
    queue = watchers.join()
    assert watchers.is_full
    watchers.leave(queue)
    assert not watchers.is_full


def test_a_subject_is_forgotten_with_its_last_watcher() -> None:
    watchers = Watchers(9)
    first, second = watchers.join("ann"), watchers.join("ann")
    assert watchers.leave(first) is None
    assert watchers.leave(second) == "ann"
    assert watchers.leave(second) is None
    assert (len(watchers), watchers.subjects) == (0, ())
