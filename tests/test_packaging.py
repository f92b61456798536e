"""The wheel is the package with its grammar, rules and facts and no more; the sdist is the whole house."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from that sdist alone."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, cwd=out, check=True)
    return out


@pytest.fixture(scope="module")
def wheel(dist: Path) -> ZipFile:
    """The wheel, opened."""
    (path,) = dist.glob("*.whl")
    return ZipFile(path)


@pytest.mark.parametrize("folder", ["grammar", "rules", "facts"])
def test_wheel_carries_the_folder(wheel: ZipFile, folder: str) -> None:
    """Each file of the grammar, rules and facts is in the wheel, where `reasoner.home` looks for it."""
    home = f"reasoner/_bundled/{folder}/"
    carried = {name.removeprefix(home) for name in wheel.namelist() if name.startswith(home)}
    assert carried
    assert carried == {path.relative_to(ROOT / folder).as_posix() for path in files(ROOT / folder)}


def test_wheel_carries_nothing_else(wheel: ZipFile) -> None:
    """A user's site-packages gets no tests, no benchmarks, and no name but the package's own."""
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"reasoner"}
    assert not [name for name in wheel.namelist() if {"tests", "benchmarks"} & set(name.split("/"))]


def test_wheel_answers_far_from_a_checkout(wheel: ZipFile, tmp_path: Path) -> None:
    """From an empty folder, the installed package answers by the rules and facts that came with it."""
    wheel.extractall(tmp_path / "site")
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "reasoner", "ask", "who besieges Raqqa?"],
        cwd=tmp_path / "empty",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert done.returncode == 0
    assert "Raqqa" in done.stdout


def test_sdist_is_the_whole_house(dist: Path) -> None:
    """Whoever has the sdist can run its tests and benchmarks; it carries nothing that was built."""
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        tops = {name.split("/")[1] for name in sdist.getnames()}
    assert tops >= {"LICENSE", "Makefile", "constraints.txt", "tests", "benchmarks"}
    assert not tops & {".git", ".venv", "dist"}


def files(folder: Path) -> list[Path]:
    """The files of a folder, its subfolders' too."""
    return [path for path in folder.rglob("*") if path.is_file()]
