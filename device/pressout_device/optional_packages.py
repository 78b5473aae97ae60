"""Packages that only some need: what to type to get one, where this program runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

# What the clinic's end imports beyond a station's packages.
CLINICS_OWN: Final = ("alembic", "jinja2", "sqlalchemy")
# What Debian calls what an extra of ours brings, and nothing but that.
DEBIAN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "station": "python3-argon2 python3-gpiozero python3-pygame python3-tomlkit",
        "clinic": "python3-alembic python3-jinja2 python3-psycopg python3-sqlalchemy",
        "demo": "mosquitto python3-alembic python3-jinja2 python3-sqlalchemy",
        "plot": "python3-matplotlib",
        "spi": "python3-spidev",
    }
)


def install_hint(extra: str, here: Path = Path(__file__)) -> str:
    """Say what installs an extra: from a clone, beside the Debian package, or beside a wheel.

    Parameters
    ----------
    extra : str
        Its name in pyproject.toml.
    here : Path
        Where this program is.

    >>> install_hint("plot", Path("/usr/lib/python3/dist-packages/pressout_device/optional_packages.py"))
    'sudo apt-get install --no-install-recommends python3-matplotlib'
    """
    clone = next((folder for folder in here.parents if (folder / "pyproject.toml").is_file()), None)
    if clone is not None:
        return f"{sys.executable} -m pip install --editable '{clone}[{extra}]'"
    if "dist-packages" in here.parts and extra in DEBIAN:
        return f"sudo apt-get install --no-install-recommends {DEBIAN[extra]}"
    return f"{sys.executable} -m pip install 'FILE[{extra}]', where FILE is the wheel that Pressout came in"
