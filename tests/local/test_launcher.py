"""The bash launcher: what it says when it cannot make the environment, and what it hands on when it can."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-uv.lock")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a space in its path, without an environment, whose command tells what it was given."""
    copy = tmp_path / "a checkout"
    package = copy / "include" / "revcycle" / "cli"
    package.mkdir(parents=True)
    for name in ("revcycle", *LOCKS):
        (copy / name).symlink_to(CHECKOUT / name)
    (copy / "revcycle").unlink()
    (copy / "revcycle").write_bytes((CHECKOUT / "revcycle").read_bytes())
    (copy / "revcycle").chmod(0o755)
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "import os, sys; print(sys.argv[1:], sys.path[:2], 'PYTHONDONTWRITEBYTECODE' in os.environ)"
    )
    return copy


@pytest.fixture
def made(checkout: Path) -> Path:
    """The same with an environment that is up to date."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    sums = [
        subprocess.run(["cksum"], stdin=(checkout / name).open(), capture_output=True, check=True) for name in LOCKS
    ]
    made_from = b"".join(done.stdout for done in sums).decode() + os.path.realpath(sys.executable) + "\n"
    (checkout / ".venv" / "made-from").write_text(made_from)
    return checkout


def launch(
    launcher: Path, *arguments: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(launcher), *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )


def stand_in(folder: Path, script: str) -> str:
    """A program that passes for Python."""
    path = folder / "stand-in"
    path.write_text(f"#!/usr/bin/env bash\n{script}\n")
    path.chmod(0o755)
    return str(path)


def a_python_that_is(folder: Path, version: str) -> str:
    script = f"""exec "{sys.executable}" -I -c 'import sys; sys.version_info = {version}; exec(sys.argv[1])' "$3" """
    return stand_in(folder, script)


def test_it_passes_the_arguments_on_from_any_folder_and_through_a_link(made: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(made / "revcycle")
    done = launch(link, "sweep", "two words", "", cwd=Path("/"), PYTHONDONTWRITEBYTECODE="1")
    folders = [str(made / "include"), str(made / "plugins")]
    assert done.stdout == f"{['sweep', 'two words', '']} {folders} False\n"
    assert done.stderr == ""


def test_a_file_of_the_callers_folder_does_not_stand_in_for_a_module(made: Path, tmp_path: Path) -> None:
    (tmp_path / "os.py").write_text("raise SystemExit('taken over')")
    (tmp_path / "argparse.py").write_text("raise SystemExit('taken over')")
    assert launch(made / "revcycle", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("version", "said"),
    [("(3, 10, 2)", "is Python 3.10"), ("(3, 14, 0)", "is Python 3.14"), ("(2, 7, 18)", "is Python 2.7")],
)
def test_a_python_of_another_version_is_named(checkout: Path, tmp_path: Path, version: str, said: str) -> None:
    done = launch(checkout / "revcycle", REVCYCLE_PYTHON=a_python_that_is(tmp_path, version))
    assert done.returncode == 3
    assert said in done.stderr
    assert "needs Python 3.11, 3.12 or 3.13" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_without_any_python_it_says_so(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "env", "dirname", "readlink", "cksum", "cat", "tail"):
        (tools / tool).symlink_to(subprocess.check_output(["which", tool], text=True).strip())
    done = launch(checkout / "revcycle", PATH=str(tools), REVCYCLE_PYTHON="")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "no python3 at all" in done.stderr


def test_a_python_without_the_venv_module_names_the_package_to_install(checkout: Path, tmp_path: Path) -> None:
    minor = sys.version_info.minor
    script = f"""exec "{sys.executable}" -I -c 'import sys; sys.modules["ensurepip"] = None; exec(sys.argv[1])' "$3" """
    done = launch(checkout / "revcycle", REVCYCLE_PYTHON=stand_in(tmp_path, script))
    assert done.returncode == 3
    assert f"apt install python3.{minor}-venv" in done.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("failed to write file: Disk quota exceeded (os error 122)", "The disk is full"),
        ("Temporary failure in name resolution", "needs the network once"),
        ("error sending request for url", "needs the network once"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "THESE PACKAGES DO NOT MATCH THE HASHES"),
    ],
)
def test_a_step_that_fails_gives_one_sentence_and_leaves_no_half_made_environment(
    checkout: Path, tmp_path: Path, error: str, said: str
) -> None:
    script = f"""[ "$2" != venv ] || {{ mkdir -p "$3"; echo "{error}" >&2; exit 1; }}\nexec "{sys.executable}" "$@" """
    real = f"""case "$*" in *realpath*) echo "$0"; exit;; esac\n{script}"""
    done = launch(checkout / "revcycle", REVCYCLE_PYTHON=stand_in(tmp_path, real))
    assert done.returncode == 3
    assert said in done.stderr.splitlines()[-1]
    assert not (checkout / ".venv").exists()


def test_without_network_the_first_call_says_so(checkout: Path) -> None:
    closed = "http://127.0.0.1:9/simple"
    done = launch(checkout / "revcycle", REVCYCLE_PYTHON=sys.executable, PIP_INDEX_URL=closed, PIP_FIND_LINKS="")
    assert done.returncode == 3
    assert "needs the network once" in done.stderr.splitlines()[-1]
    assert "127.0.0.1" not in done.stderr  # an index address may hold a password


@pytest.mark.parametrize("broken", ["no stamp", "another lock", "interpreter gone"])
def test_an_environment_that_is_not_up_to_date_is_made_again(made: Path, tmp_path: Path, broken: str) -> None:
    if broken == "no stamp":
        (made / ".venv" / "made-from").unlink()
    elif broken == "another lock":
        (made / "requirements.lock").unlink()
        (made / "requirements.lock").write_text("changed\n")
    else:
        (made / ".venv" / "bin" / "python").unlink()
        (made / ".venv" / "bin" / "python").symlink_to(tmp_path / "gone")
    script = f"""case "$*" in
        *realpath*) echo "$0" ;;
        *"-m venv"*) echo "remade $3" >&2; exit 1 ;;
        *) exec "{sys.executable}" "$@" ;;
    esac"""
    done = launch(made / "revcycle", REVCYCLE_PYTHON=stand_in(tmp_path, script))
    assert done.returncode == 3
    assert f"remade {made / '.venv'}" in done.stderr
