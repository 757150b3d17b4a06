"""The trading partner, mostly a clearinghouse: who we are to it, its mailbox, its manners, when it answers."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from revcycle.foundation.practice.fields import MANY, Words
from revcycle.foundation.practice.file_name import refuse_final_name, refuse_temporary_name
from revcycle.foundation.practice.host_key import HostKey, one_or_two
from revcycle.foundation.practice.section import Section

Qualifier = Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
EnvelopeId = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9 ._-]{0,13}[A-Z0-9]$")]
Hours = Annotated[int, Field(ge=1, le=8760)]
Folder = Annotated[str, Field(pattern=r"^[^\\\x00-\x1f]{1,200}$")]


class Mailbox(Section):
    """Where files go and come from, and how a name becomes visible only when its file is whole."""

    upload: Folder = "/inbound"
    download: Folder = "/outbound"
    style: Literal["rename", "folder", "direct"] = "rename"
    """rename: a temporary name in `upload`; folder: the final name in `temporary`, then moved; direct: neither."""
    temporary: Folder = ".{name}.part"
    """With style rename the temporary name, `{name}` being the final one; with style folder that folder."""
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._{}:-]{1,100}$")] = "{sender}-{isa13:09}.837"
    """The final name: {sender}, {isa13}, {gs06}, {usage}, {date} (YYYYMMDD) may stand in it; {isa13} must."""
    picks_up: bool = True
    """Whether the partner may take a file away as soon as its final name is there."""
    removes: bool = False
    """Whether we remove a file from `download` once it is applied."""
    read_back: bool = False
    """Whether an upload is read again and its digest compared; many mailboxes are write-only."""

    @model_validator(mode="after")
    def _names_are_one_to_one(self) -> "Mailbox":
        refuse_final_name(self.name)
        if self.style == "rename":
            refuse_temporary_name(self.temporary)
        elif self.style == "folder" and (
            "{" in self.temporary or self.temporary.rstrip("/") == self.upload.rstrip("/")
        ):
            raise ValueError("a folder other than upload under temporary")
        return self

    def final_name(self, *, sender: str, isa13: int, gs06: int, usage: str, date: str) -> str:
        """The name a file ends with; it never holds a patient's data."""
        return self.name.format(sender=sender.strip(), isa13=isa13, gs06=gs06, usage=usage, date=date)


class TradingPartner(Section):
    """`connection` is the Airflow connection with host, port, login and password or key."""

    connection: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
    name: Words
    usage: Literal["T", "P"] = "T"
    """Production (P) is refused in a state that holds the sample."""
    sender_qualifier: Qualifier = "ZZ"
    sender_id: EnvelopeId
    receiver_qualifier: Qualifier = "ZZ"
    receiver_id: EnvelopeId
    submitter_name: Words
    submitter_id: Words
    """NM109 of loop 1000A, given by the partner."""
    contact_name: Words
    contact_phone: Annotated[str, Field(pattern=r"^[0-9]{10}$")]
    receiver_name: Words
    mailbox: Mailbox = Mailbox()
    host_keys: Annotated[list[HostKey], MANY, AfterValidator(one_or_two)] = Field(default_factory=list)
    """Accepted host keys, `ssh-ed25519 AAAA...`; two while one is replaced. The connection's extra may hold more."""
    refuses_duplicates: bool = True
    """Whether a second interchange with the same ISA13 is refused (TA1 note 025), so that a doubt may be sent again."""
    sends_positive_ta1: bool = True
    hours_to_ta1: Hours = 2
    hours_to_999: Hours = 24
    hours_in_doubt: Hours = 24
    """How long a doubt waits for an answer before the same bytes are sent again, or a person decides."""
