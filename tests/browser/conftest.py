"""Browser tests: Debian's Chromium with a made-up microphone, and a real Asterisk of the session's own."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "live"))
sys.path.insert(0, str(Path(__file__).parent))

if find_spec("playwright") is not None:
    from furniture import browser, laboratory, sit

    __all__ = ["browser", "laboratory", "sit"]
else:  # the quick tests' environment is without it; a run of these tests then finds none, and fails
    collect_ignore_glob = ["test_*.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser; all of it shares one loop, because the browser does."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
