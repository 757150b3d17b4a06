"""What `status` says of the exchange: each sentence with the command that helps."""

from typing import Any

import pytest

from revcycle.local.standing import Standing


@pytest.mark.parametrize(
    ("standing", "advice"),
    [
        ({"paused": ("everything",)}, "./revcycle pause-sending off ends"),
        ({"paused": ("MEDICARE",)}, "./revcycle pause-sending off --payer MEDICARE ends"),
        ({"quarantined": 2}, "./revcycle work quarantine"),
        ({"unusable": 2}, "./revcycle work list says why"),
    ],
    ids=str,
)
def test_the_advice_is_the_command_that_helps(standing: dict[str, Any], advice: str) -> None:
    (said,) = Standing(**standing).sentences()
    assert advice in said
