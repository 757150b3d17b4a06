"""A trading partner's mailbox, opened by the Airflow connection that practice.yaml names."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from revcycle.foundation.errors import InputUnusable

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from revcycle.cycle.exchange import Login, Mailbox
    from revcycle.foundation.practice.partner import TradingPartner

SFTP_PORT = 22


class ClearinghouseHook(BaseHook):
    """Host, port, login, and password or key of a connection of type SFTP, by the names of the SFTP provider's extra:
    `private_key` or `key_file`, `private_key_passphrase`, `host_key`; and `host_keys`, a list, while one is replaced.

    The provider's own hook pins one host key only and sets no time limit on a silent partner. A connection without a
    pinned key (there or in practice.yaml) is refused: `no_host_key_check` does not count.
    """

    conn_name_attr = "partner_conn_id"
    conn_type = "sftp"
    hook_name = "Revcycle trading partner"

    def __init__(self, partner: TradingPartner, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.partner = partner

    def get_conn(self) -> AbstractContextManager[Mailbox]:
        """The mailbox, open for as long as the `with` block lasts."""
        from revcycle.cycle.exchange import open_mailbox

        return open_mailbox(self._login(), self.partner)

    @property
    def opening(self) -> Callable[[], AbstractContextManager[Mailbox]]:
        """`get_conn` as the verbs of the exchange take it."""
        return self.get_conn

    def _connection(self) -> Connection:
        try:
            return self.get_connection(self.partner.connection)
        except AirflowNotFoundException:
            raise InputUnusable(
                f"Airflow has no connection {self.partner.connection}, which a trading partner of practice.yaml names: "
                "add it (Admin, Connections, type SFTP; docs/exchange.md)."
            ) from None

    def _login(self) -> Login:
        from revcycle.cycle.exchange import Login

        connection = self._connection()
        extra = connection.extra_dejson
        secrets = (connection.password or "", _private_key(connection), extra.get("private_key_passphrase") or "")
        for secret in filter(None, secrets):
            mask_secret(secret)
        keys = tuple(filter(None, (*self.partner.host_keys, extra.get("host_key"), *(extra.get("host_keys") or ()))))
        if not keys:
            raise InputUnusable(
                f"No host key is pinned for {self.partner.connection}: put the one that the partner has told you into "
                "the partner's host_keys in practice.yaml, or into `host_key` of the connection's extra."
            )
        return Login(
            host=connection.host or "",
            port=connection.port or SFTP_PORT,
            username=connection.login or "",
            password=secrets[0],
            private_key=secrets[1],
            passphrase=secrets[2],
            host_keys=keys,
        )


def _private_key(connection: Connection) -> str:
    extra = connection.extra_dejson
    if file := extra.get("key_file"):
        try:
            return Path(file).read_text(encoding="utf-8")
        except OSError as problem:
            raise InputUnusable(f"key_file of the connection cannot be read ({problem.strerror}).") from None
    return str(extra.get("private_key") or "")
