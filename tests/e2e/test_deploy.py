"""The container file and the unit of systemd: what they say, and the container's steps carried out without an engine (N13)."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from entente.settings import SETTINGS
from tests.docs.source import ROOT
from tests.support.container_file import FILE, files_of, is_sent, settings_of, stages
from tests.support.processes import Bureau, free_port

UNIT = ROOT / "deploy" / "entente.service"
PROGRAM = "/opt/entente/.venv/bin/entente"
SECURITY_MOST = 20
"""Exposure of the unit by systemd's own measure, in tenths: 0 to 20 is what it calls OK, and 100 is open."""
ACCOUNT = 10001
UNCHECKED_HASH = (1).to_bytes(4, "little")
"""What a compiled file begins with, after its magic number, that is not held against its source (PEP 552)."""
NO_RIGHTS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--")
"""As «--cap-drop all» and «no-new-privileges» of an engine."""


def steps() -> tuple[list, list]:  # type: ignore[type-arg] # of Step, as read
    build, run = stages(FILE.read_text(encoding="utf-8"))
    return build, run


def test_container_installs_hashed_wheels_alone_and_builds_nothing() -> None:
    build, run = steps()
    ran = [step.text for step in (*build, *run) if step.name == "RUN"]
    installs = [part for text in ran for part in text.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "--only-binary :all:" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1], "the package itself, by what the first installed"
    assert all("--no-compile" in one for one in installs), "compiled once, in a way that no rounded time makes stale"
    compiled = next(text for text in ran if "compileall" in text)
    assert "--invalidation-mode unchecked-hash /opt/entente/.venv/lib" in compiled
    assert not re.search(r"\b(apt|apk|gcc|g\+\+|make|curl|wget|rustc|git)\b", " ".join(ran))
    assert [step.text for step in build + run if step.name == "FROM"] == ["${BASE} AS build", "${BASE}"]
    for text in (step.text for step in build if step.name == "COPY"):
        *paths, _ = text.split()
        assert all(any(files_of(path)) for path in paths), text
    wanted = [
        row.split("==")[0] for row in (ROOT / "requirements" / "core.txt").read_text().splitlines() if "==" in row
    ]
    assert not {"pip", "setuptools"} & set(wanted), "what the last step takes away is not needed"


def test_container_runs_as_an_account_without_rights_that_writes_its_volume_alone() -> None:
    _, run = steps()
    by_name = {step.name: step for step in run}
    assert by_name["USER"].text == f"{ACCOUNT}:{ACCOUNT}", "by number, so that an engine can see that it is not root"
    given = settings_of(run, PATH="/usr/bin")
    known = {f"ENTENTE_{row.name.upper()}" for row in SETTINGS}
    assert {name for name in given if name.startswith("ENTENTE_")} <= known
    volume = by_name["VOLUME"].text
    assert {given["HOME"], by_name["WORKDIR"].text} == {volume}
    assert given["ENTENTE_FOLDER"].startswith(f"{volume}/")
    assert f"--mode 0700 {volume}" in by_name["RUN"].text
    port = next(row.default for row in SETTINGS if row.name == "port")
    assert by_name["EXPOSE"].text == port
    assert f":{port}/readyz" in by_name["HEALTHCHECK"].command[-1]
    assert by_name["STOPSIGNAL"].text == "SIGTERM"
    assert by_name["CMD"].command == ["entente", "node", "run"]


@pytest.mark.parametrize(
    ("path", "is_there"),
    [
        ("src/entente/app.py", True), ("src/entente/data/roles.yaml", True), ("requirements/core.txt", True),
        ("pyproject.toml", True), ("src/entente/__pycache__/app.cpython-311.pyc", False), (".git/config", False),
        ("demo/run/xa/keys/node.key", False), ("xa/keys/head-1.pem", False), ("tests/docs/source.py", False),
    ],
)  # fmt: skip
def test_engine_is_sent_the_package_and_no_key(path: str, is_there: bool) -> None:  # noqa: FBT001 - a row of the table
    assert is_sent(path) is is_there


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_unit_is_what_systemd_reads_without_a_word_and_calls_safe(tmp_path: Path) -> None:
    # The account and the program are made by the guide; here a program of this machine stands for it.
    text = UNIT.read_text(encoding="utf-8").replace(PROGRAM, sys.executable)
    text = re.sub(r"^(User|Group)=entente$", r"\1=root", text, flags=re.MULTILINE)
    unit = tmp_path / "entente.service"
    unit.write_text(text, encoding="utf-8")
    read = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=30, check=False
    )
    said = [line for line in read.stderr.splitlines() if "entente.service" in line]
    assert (read.returncode, said) == (0, []), read.stderr
    safe = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={SECURITY_MOST}", "--no-pager", str(UNIT)],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert safe.returncode == 0, safe.stdout


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """Return a folder that stands for the root of the image; every account may go through it."""
    place = Path(tempfile.mkdtemp(prefix="image-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


def _placed(text: str, root: Path) -> str:
    """Put the paths of the image below the folder that stands for its root."""
    return re.sub(r"(?<![\w.])/(?=opt/entente|build\b|var/lib/entente)", f"{root}/", text)


def _build(root: Path) -> None:
    """Carry out the first stage: no program but Python and its own is on the path, as there is no compiler on the image."""
    programs = root / "programs"
    programs.mkdir()
    (programs / "python").symlink_to(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")
    passed_on = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "HTTP", "http", "SSL_"))}
    for step in steps()[0]:
        if step.name == "COPY":
            paths, where = step.copied
            for path in paths:
                for file in files_of(path):
                    inside = file.relative_to((ROOT / path) if (ROOT / path).is_dir() else file.parent)
                    to = Path(_placed(where, root)) / inside
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, to)
        elif step.name == "RUN":
            environment = {**passed_on, "PATH": str(programs), "HOME": os.environ.get("HOME", "/")}
            done = subprocess.run(
                ["/bin/sh", "-euc", _placed(step.text, root)],
                env=environment, cwd=root, capture_output=True, text=True, timeout=540, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(file): (file.lstat().st_mtime_ns, file.lstat().st_size) for file in folder.rglob("*") if not file.is_dir()
    }


def _all_may_run(program: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (program, *program.parents))


@pytest.mark.long
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root gives its rights away")
def test_steps_of_the_container_make_a_node_that_starts_answers_and_stops(root: Path) -> None:
    _build(root)
    volume, installed = root / "var" / "lib" / "entente", root / "opt"
    assert not list(installed.rglob("bin/pip*")), "nothing that installs is left in it"
    (of_app,) = installed.rglob("entente/__pycache__/app.*.pyc")
    assert of_app.read_bytes()[4:8] == UNCHECKED_HASH, "an engine that rounds the times of files makes nothing stale"
    bureau = Bureau("XA-NCB", volume / "node")
    volume.mkdir(parents=True)
    bureau.make()
    # Python itself may lie where only root comes: then it is root's own account, without any of root's rights.
    account = ACCOUNT if _all_may_run(Path(sys.executable).resolve()) else 0
    for file in (volume, *volume.rglob("*")):
        os.chown(file, account, account)
    volume.chmod(0o700)
    for file in (installed, *installed.rglob("*")):
        if not file.is_symlink():
            file.chmod(file.stat().st_mode & ~0o222)
    before, run, port = _state(installed), {step.name: step for step in steps()[1]}, free_port()
    given = settings_of(steps()[1], PATH="/usr/bin:/bin")
    environment = {name: _placed(value, root) for name, value in given.items()} | {"ENTENTE_PORT": str(port)}
    assert environment["ENTENTE_HOST"] == "0.0.0.0"  # noqa: S104 - of the container, whose port the guide publishes on loopback
    environment["ENTENTE_HOST"] = "127.0.0.1"
    inside = {"env": environment, "cwd": volume, "user": account, "group": account, "extra_groups": []}
    health = [word.replace(":8601/", f":{port}/") for word in run["HEALTHCHECK"].command]

    def program(words: list[str]) -> list[str]:
        return [*NO_RIGHTS, str(installed / "entente" / ".venv" / "bin" / words[0]), *words[1:]]

    node = subprocess.Popen(program(run["CMD"].command), **inside, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # type: ignore[call-overload]
    try:
        give_up_at = time.monotonic() + 120
        while subprocess.run(program(health), **inside, capture_output=True, check=False).returncode:  # type: ignore[call-overload]
            assert node.poll() is None, node.communicate()
            assert time.monotonic() < give_up_at
            time.sleep(0.5)
        asked = shlex.split(
            "entente search 'Muhammadov Abdullo' --purpose identify --crime-area fugitives --occasion x --as duty-1"
        )
        for words in (["entente", "doctor"], asked):
            done = subprocess.run(program(words), **inside, capture_output=True, text=True, timeout=300, check=False)  # type: ignore[call-overload]
            assert done.returncode == 0, done.stdout + done.stderr
        node.send_signal(signal.Signals[run["STOPSIGNAL"].text])
        assert node.wait(90) == 0
    finally:
        node.kill()
        node.communicate()
    assert _state(installed) == before, "it writes its volume, and nothing of the image: its root may be read-only"
