"""What every test needs: the pinned time-zone rules, not the host's; the sample signature; and doses.

The register comes unsigned, so that a place of which only federal law is known denies until somebody has
signed for it. Tests call nobody real. Those of the signatures themselves take the setting away.

Some tests look at as many examples, histories or deaths as one lets them. `make test` takes small doses of
these; `make test-deep` (`FAIRDIAL_DOSE=deep`) takes those marked `deep` in great ones. Property tests take
theirs as a profile of hypothesis (`settings.get_profile("few")`), others by the fixture `dose`.
"""

import atexit
import os
import shutil
import tempfile
import zoneinfo
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from dialer.floor.service_log import log_to_stderr

zoneinfo.reset_tzpath(to=())
os.environ.setdefault("FAIRDIAL_SIGNATURES", "sample")
if "FAIRDIAL_KEYS" not in os.environ:  # the workers of one run share it
    os.environ["FAIRDIAL_KEYS"] = tempfile.mkdtemp(prefix="fairdial-keys-")
    atexit.register(shutil.rmtree, os.environ["FAIRDIAL_KEYS"], ignore_errors=True)

IS_FRESH = bool(os.environ.get("FAIRDIAL_FRESH"))
"""Whether properties draw other examples than the last time: to look for what nobody has met yet."""
IS_DEEP = os.environ.get("FAIRDIAL_DOSE") == "deep"
EXAMPLES = {"few": (4, 10), "some": (10, 100), "many": (60, 600)}
"""Examples of a property in a small dose and in a great one, by the name of the profile."""

NO_CLOCK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long an example takes says how busy the machine is."""
settings.register_profile("house", NO_CLOCK, derandomize=not IS_FRESH)
settings.load_profile("house")
for _name, (_small, _great) in EXAMPLES.items():
    settings.register_profile(_name, max_examples=_great if IS_DEEP else _small, deadline=None)


@pytest.fixture(autouse=True)
def log_of_its_own() -> None:
    """Every test logs to its own standard error, however a command run inside one said."""
    structlog.reset_defaults()
    log_to_stderr()


@pytest.fixture(scope="session")
def dose() -> Callable[[int, int], int]:
    """`dose(small, great)`: how many, today."""
    return lambda small, great: great if IS_DEEP else small


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with its tables and nothing else: copying it is quicker than migrating a new one."""
    from dialer.storage.database import schema  # noqa: PLC0415  # most tests need no store
    from dialer.storage.database.connections import connect, store_url  # noqa: PLC0415

    path = tmp_path_factory.mktemp("migrated") / "store.db"
    database = connect(store_url(str(path)), durable=False)
    database.write(schema.migrate)
    database.close()
    return path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: those with the kills wait half of the time.

    Optional, because runs of a single process (the mutants, what is planted) go without xdist.
    """
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deal the long tests out to the workers' beginnings, so that none is left with one at the end.

    Under `--dist worksteal` the workers begin with as many slices of the list, in order.
    """
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    long = [item for item in items if item.get_closest_marker("slow") is not None]
    quick = [item for item in items if item.get_closest_marker("slow") is None]
    size = -(-len(items) // workers)
    dealt: list[pytest.Item] = []
    for worker in range(workers):
        own = long[worker::workers]
        dealt += own + quick[: size - len(own)]
        del quick[: size - len(own)]
    items[:] = dealt + quick
