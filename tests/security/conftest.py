"""The office the doors of which are tried, made once for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.site import Site, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A person whose name, address, facts, plans, letters and papers all hold attacks."""
    yield from open_site(tmp_path_factory.mktemp("doors"))
