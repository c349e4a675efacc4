"""Builds the wheel. Here only what pyproject.toml can't say: that folders of data become a package, `hotline_data`."""

from setuptools import find_packages, setup

DATA = {
    "hotline_data.dialplans": "dialplans",
    "hotline_data.asterisk-conf": "asterisk-conf",
    "hotline_data.example": "example",
}

setup(
    packages=[*find_packages(include=["cti", "cti.*", "ivr", "kb", "agent_desktop"]), *DATA],
    package_dir=DATA,
    package_data={
        **{package: ["**/*"] for package in DATA},
        "cti": ["**/*.mako", "**/*.toml", "web/hotline.js"],
        "agent_desktop": ["static/**/*"],
    },
)
