"""The reference pages are what the commands and settings give now."""

from __future__ import annotations

import pytest

from entente.cli.reference import cli_page, settings_page
from entente.settings import SETTINGS
from tests.docs.source import ROOT


@pytest.mark.parametrize(("name", "page"), [("cli.md", cli_page), ("settings.md", settings_page)])
def test_reference_page_is_current(name: str, page: object) -> None:
    assert callable(page)
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == page(), "run: python -m entente.cli.reference docs/reference"


def test_every_setting_is_on_the_page() -> None:
    for row in SETTINGS:
        assert f"`ENTENTE_{row.name.upper()}`" in settings_page()
