"""What site and flows say of each other: a mistake is named with file, line and cure, before anything is written."""

import shutil
from pathlib import Path

import pytest

from cti.commands import up
from cti.setup import fit, resources
from cti.setup.asterisk import AsteriskInstall
from cti.setup.prepare import Options, prepare
from cti.setup.problem import SetupProblem
from cti.setup.settings import Settings
from tests.conftest import ports

EXAMPLE = resources.folder("example") / "site.toml"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copy(EXAMPLE, tmp_path / "mine.toml"))


def line_of(file: Path, text: str) -> int:
    return next(n for n, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def test_the_example_fits(site: Path, tmp_path: Path) -> None:
    in_force, flows = fit.read(site, tmp_path)
    assert {number.flow for number in in_force.numbers} == set(flows.flows)


def test_a_flow_that_is_not_there_is_named_with_its_line(site: Path, tmp_path: Path) -> None:
    site.write_text(EXAMPLE.read_text().replace('flow = "direct"', 'flow = "nope"'))
    with pytest.raises(SetupProblem) as refused:
        fit.read(site, tmp_path)
    said = str(refused.value)
    assert f"{site}:{line_of(site, 'nope')}: number 28000001: there is no flow 'nope'" in said
    assert "'direct' or 'main'" in said


def test_a_line_that_is_not_there_is_named_where_the_flow_says_so(site: Path, tmp_path: Path) -> None:
    site.write_text(EXAMPLE.read_text().replace('id = "mobile"', 'id = "handset"'))
    main = resources.flows(tmp_path) / "main.toml"
    with pytest.raises(SetupProblem) as refused:
        fit.read(site, tmp_path)
    said = str(refused.value)
    line = line_of(main, 'queue = "mobile"')
    assert f"{main}:{line}: nodes.mobile.queue: the site has no queue 'mobile'" in said
    assert "'handset'" in said


def test_a_flow_that_no_number_leads_to_is_no_trouble(site: Path, tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace('flow = "main"', 'flow = "direct"')
    site.write_text(text.replace('id = "mobile"', 'id = "handset"'))
    fit.read(site, tmp_path)


def test_up_refuses_it_and_keeps_what_was(site: Path, tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    install = AsteriskInstall(command=("asterisk",), modules=tmp_path, share=tmp_path / "share", own=True)
    data = tmp_path / "data"
    prepare(data, ports(), print, install, check=up.check)
    kept = (data / "site.toml").read_text()
    site.write_text(EXAMPLE.read_text().replace('flow = "direct"', 'flow = "nope"'))
    with pytest.raises(SetupProblem, match=r"mine\.toml:\d+: number 28000001"):
        prepare(data, Options(site=site), print, install, check=up.check)
    assert (data / "site.toml").read_text() == kept
    assert Settings.load(data)
