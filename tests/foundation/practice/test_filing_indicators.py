"""The filing indicators that practice.yaml takes, judged by the map of another library."""

import re
from importlib.resources import files
from typing import get_args

from revcycle.foundation.practice.claim_rule import FilingIndicator


def test_the_filing_indicators_are_those_of_the_guide() -> None:
    guide = files("pyx12").joinpath("map", "837.5010.X222.A1.xml").read_text()
    elements = re.findall(r'<element xid="SBR09">.*?</element>', guide, re.DOTALL)
    codes = {frozenset(re.findall(r"<code>(\w+)</code>", element)) for element in elements}
    assert codes == {frozenset(get_args(FilingIndicator))}
