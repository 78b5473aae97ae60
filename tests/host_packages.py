"""What a test needs of the computer beside Python: a test that lacks it is skipped, for one reason that has a name.

What is missing of Debian is told once, at the end, with the line that installs it: `missing_line`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

import pytest

from prerequisites import Prerequisite, install_line

REASON = "needs a Debian package: "
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which becomes another user")


def needs(*programs: Prerequisite) -> pytest.MarkDecorator:
    """Mark what is skipped where one of these programs is missing."""
    return pytest.mark.skipif(any(one.found is None for one in programs), reason=reason(*programs))


def need(*programs: Prerequisite) -> None:
    """Skip from within a fixture where one of these programs is missing."""
    if any(one.found is None for one in programs):
        pytest.skip(reason(*programs))


def reason(*programs: Prerequisite) -> str:
    """Say why: the packages that are missing."""
    return REASON + " ".join(one.package for one in programs if one.found is None)


def missing_line(reasons: Iterable[str]) -> str | None:
    """Give the one line that installs all that skipped tests lack; None where nothing of Debian is missing."""
    lists = (re.search(rf"{REASON}(.*)", one) for one in reasons)
    packages = {package for found in lists if found is not None for package in found.group(1).split()}
    return install_line(sorted(packages)) if packages else None
