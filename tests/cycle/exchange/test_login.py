"""Who we are to a partner, who it is to us, and how long we wait; also against Debian's own OpenSSH server."""

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from revcycle.cycle.exchange import (
    AuthenticationRefused,
    HostKeyChanged,
    Login,
    PartnerAway,
    PartnerRefused,
    open_mailbox,
)
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice.partner import TradingPartner
from tests.cycle.exchange.partner_server import PASSWORD, PartnerServer
from tests.cycle.exchange.practice import Practice
from tests.openssh import OpenSsh, openssh


@pytest.fixture
def partner(practice: Practice) -> TradingPartner:
    return practice.partner


def enter(login: Login, partner: TradingPartner, **how: Any) -> None:
    with open_mailbox(login, partner, **how) as box:
        assert box.listing("/outbound") == []


def test_a_secret_is_never_shown(practice: Practice) -> None:
    shown = repr(Login("h", 22, "u", "s3cret", "KEY-IN-HERE", "p4ss"))
    assert not any(secret in shown for secret in ("s3cret", "KEY-IN-HERE", "p4ss"))


def test_a_wrong_password_is_refused_and_not_repeated(practice: Practice, partner: TradingPartner) -> None:
    with pytest.raises(AuthenticationRefused) as caught:
        enter(practice.login(password="n0t-it"), partner)
    assert "n0t-it" not in str(caught.value)


def test_either_of_two_pinned_keys_is_accepted(practice: Practice, partner_server: PartnerServer) -> None:
    both = practice.partner.model_copy(update={"host_keys": [partner_server.host_key(1), partner_server.host_key(0)]})
    enter(practice.login(), both)
    partner_server.change_host_key(1)
    enter(practice.login(), both)


def test_a_key_of_the_connection_counts_like_one_of_the_settings(
    practice: Practice, partner_server: PartnerServer
) -> None:
    nothing_pinned = practice.partner.model_copy(update={"host_keys": []})
    enter(practice.login(host_keys=(partner_server.host_key(),)), nothing_pinned)


def test_another_key_stops_before_the_password(practice: Practice, partner_server: PartnerServer) -> None:
    other = practice.partner.model_copy(update={"host_keys": [partner_server.host_key(1)]})
    with pytest.raises(HostKeyChanged) as caught:
        enter(practice.login(), other)
    shown, accepted = (partner_server.keys[index].get_fingerprint() for index in (0, 1))
    assert f"{shown}, accepted is {accepted}" in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert partner_server.done["login"] == 0


def test_without_an_accepted_key_nobody_is_trusted(practice: Practice) -> None:
    with pytest.raises(HostKeyChanged, match=r"SHA256:.*none is accepted yet"):
        enter(practice.login(), practice.partner.model_copy(update={"host_keys": []}))


@pytest.mark.parametrize("line", ["ssh-ed25519", "ssh-ed25519 !!!", "nonsense AAAA", "ssh-ed25519 AAAA"])
def test_a_host_key_that_is_none_is_named(practice: Practice, line: str) -> None:
    with pytest.raises(InputUnusable, match="clearinghouse: a host key cannot be read"):
        enter(practice.login(host_keys=(line,)), practice.partner)


def test_a_private_key_that_is_none_is_named(practice: Practice, partner: TradingPartner) -> None:
    with pytest.raises(InputUnusable, match="private key cannot be read"):
        enter(practice.login(private_key="-----BEGIN NOTHING-----"), partner)


def test_a_port_where_nobody_listens_is_away(practice: Practice, partner: TradingPartner) -> None:
    with pytest.raises(PartnerAway):
        enter(practice.login(port=1), partner)


@pytest.mark.parametrize("on", ["login", "list"])
def test_every_wait_ends(practice: Practice, partner: TradingPartner, partner_server: PartnerServer, on: Any) -> None:
    partner_server.fault(on, "stall")
    began = time.monotonic()
    with pytest.raises(PartnerAway):
        enter(practice.login(), partner, seconds=0.5)
    assert time.monotonic() - began < 5


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSsh]:
    folder = tmp_path_factory.mktemp("openssh")
    for parent in (folder, *folder.parents[:3]):
        if parent.stat().st_uid == os.getuid() and parent != Path("/tmp"):
            parent.chmod(0o755)
    with openssh(folder) as server:
        yield server


def to(debian: OpenSsh, **given: Any) -> Login:
    how = {"private_key": debian.private_key, "host_keys": (debian.host_key,)} | given
    return Login("127.0.0.1", debian.port, debian.user, **how)


@pytest.fixture
def anybody(partner: TradingPartner) -> TradingPartner:
    return partner.model_copy(update={"host_keys": []})


def test_files_go_up_and_down_unchanged(debian: OpenSsh, anybody: TradingPartner, tmp_path: Path) -> None:
    local, back = tmp_path / "local", tmp_path / "back"
    for size in (0, 1, 32_640, 32_641, 3_000_001):
        local.write_bytes(os.urandom(size))
        with open_mailbox(to(debian), anybody) as box:
            box.put(local, f"{debian.files}/.hidden")
            box.rename(f"{debian.files}/.hidden", f"{debian.files}/shown")
            file = next(file for file in box.listing(str(debian.files)) if file.path.endswith("/shown"))
            assert file.size == size
            box.get(file, back)
            box.remove(file.path)
            assert box.size(file.path) is None
        assert back.read_bytes() == local.read_bytes()


def test_reading_starts_no_thread(
    debian: OpenSsh, anybody: TradingPartner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a later paramiko may bring back: it halves the speed, and a cut line leaves a thread's error behind."""
    (tmp_path / "local").write_bytes(os.urandom(3_000_000))
    with open_mailbox(to(debian), anybody) as box:
        box.put(tmp_path / "local", f"{debian.files}/read")
        monkeypatch.setattr("threading.Thread.start", lambda thread: pytest.fail(f"{thread} was started"))
        assert box.sha256(f"{debian.files}/read") == hashlib.sha256((tmp_path / "local").read_bytes()).hexdigest()
        box.remove(f"{debian.files}/read")


def test_a_rename_replaces_nothing(debian: OpenSsh, anybody: TradingPartner, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"new")
    with open_mailbox(to(debian), anybody) as box:
        box.put(tmp_path / "local", f"{debian.files}/first")
        box.put(tmp_path / "local", f"{debian.files}/second")
        with pytest.raises(PartnerRefused, match="renaming"):
            box.rename(f"{debian.files}/first", f"{debian.files}/second")
        box.remove(f"{debian.files}/first")
        box.remove(f"{debian.files}/second")


def test_a_folder_we_may_not_write_refuses(debian: OpenSsh, anybody: TradingPartner, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"new")
    with open_mailbox(to(debian), anybody) as box, pytest.raises(PartnerRefused, match=r"/proc/x is refused"):
        box.put(tmp_path / "local", "/proc/x")


def test_a_key_with_a_passphrase_opens_the_door(debian: OpenSsh, anybody: TradingPartner, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(debian.private_key)
    key.chmod(0o600)
    subprocess.run(["ssh-keygen", "-q", "-p", "-N", "s3cret", "-f", str(key)], check=True, capture_output=True)
    with open_mailbox(to(debian, private_key=key.read_text(), passphrase="s3cret"), anybody) as box:
        assert box.size("/proc/x") is None
    with (
        pytest.raises(InputUnusable, match="passphrase"),
        open_mailbox(to(debian, private_key=key.read_text()), anybody),
    ):
        pass


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_an_older_kind_of_key_is_offered_too(
    debian: OpenSsh, anybody: TradingPartner, tmp_path: Path, kind: str
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(tmp_path / "key")], check=True)
    allowed = debian.folder / "user.pub"
    allowed.write_text(allowed.read_text() + (tmp_path / "key.pub").read_text())
    with open_mailbox(to(debian, private_key=(tmp_path / "key").read_text()), anybody) as box:
        assert box.size("/proc/x") is None


def test_a_key_that_is_not_allowed_is_refused(debian: OpenSsh, anybody: TradingPartner, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    stranger = to(debian, private_key=(tmp_path / "key").read_text())
    with pytest.raises(AuthenticationRefused), open_mailbox(stranger, anybody):
        pass


def test_a_server_that_stands_still_lets_nobody_wait(debian: OpenSsh, anybody: TradingPartner, tmp_path: Path) -> None:
    """It takes no byte more: the window and the buffers of both kernels fill, then the line is given up."""
    (tmp_path / "local").write_bytes(bytes(30_000_000))
    with open_mailbox(to(debian), anybody, seconds=1) as box:
        served = psutil.Process(debian.process.pid).children(recursive=True)
        for process in served:
            process.suspend()
        began = time.monotonic()
        try:
            with pytest.raises(PartnerAway):
                box.put(tmp_path / "local", f"{debian.files}/big")
        finally:
            for process in served:
                process.resume()
        assert time.monotonic() - began < 15
