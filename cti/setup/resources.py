"""Where the project's data files are: beside the source in a checkout, in `hotline_data` in an installed wheel."""

from importlib import metadata
from importlib.resources import files
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def folder(name: str) -> Path:
    """The folder `dialplans`, `asterisk-conf` or `example`.

    Raises FileNotFoundError when the installation is broken.
    """
    beside = _ROOT / name
    if (_ROOT / "pyproject.toml").exists() and beside.is_dir():
        return beside
    try:
        packed = Path(str(files("hotline_data").joinpath(name)))
    except ModuleNotFoundError:
        packed = beside
    if not packed.is_dir():
        raise FileNotFoundError(f"{name} is missing from this installation; install hotline again")
    return packed


def flows(data: Path) -> Path:
    """The folder of flows in force: the data folder's own if it has any, else those that are shipped."""
    own = data / "flows"
    return own if own.is_dir() else folder("dialplans") / "flows"


def checkout() -> Path | None:
    """The project's root when we run from a checkout (screens can be built and tests run there), else None."""
    return _ROOT if (_ROOT / "pyproject.toml").exists() and (_ROOT / "hotline").exists() else None


def version() -> str:
    """Which Hotline this is; `dev` in a checkout."""
    try:
        return metadata.version("hotline")
    except metadata.PackageNotFoundError:
        return "dev"
