"""Writes docs/reference/desk.md from the table of pages: each with its address, what it shows or does, its verbs, who may."""

from __future__ import annotations

from collections.abc import Iterator

from entente.web.desk.page import PREFIX, ActPage, ShowPage
from entente.web.desk.table import PAGES

HEAD = """# Pages of the desk

Made from the table of pages (`src/entente/web/desk/table.py`) by `make reference`. Rules: [rules/desk.md](../rules/desk.md).
A page opens to an officer with a role that has one of the verbs under «role may» ([code_lists.md](code_lists.md)); the verbs
under «asks» judge the rest, as they do for the API. A form is sent from the page it is on, carries the token of the session
and a one-time key, and leads on to a page. An open page is brought up to date where it stands when one of the kinds under
«told of» changed (W79).
"""

BESIDE = """## Beside the table: what a page asks for by itself

Rules W60 to W63 (`web/desk/live.py`, `draft_routes.py`). A server in front of the node passes the stream on as it comes.

| address | method | does | needs |
|---|---|---|---|
| `/desk/live` | GET | Says kinds of what changed, as server-sent events; 204 where too many are open. | session |
| `/desk/live/news` | GET | Shows who changed the thing of a page, who has it open, which body suspends. | session |
| `/desk/begun`, `/desk/begun/drop` | POST | Keeps a form as it is being written; forgets it. | session |

## Beside the table: signing in

These need no role, and most of them no session (`web/desk/entrance.py`, `sign_on.py`, `own_account.py`, `officer_accounts.py`;
rules W1 to W9). «Recent»: the officer proved who they are lately, or is asked to first.

| address | method | does | needs |
|---|---|---|---|
| `/desk/sign-in` | GET, POST | Signs in with id, password and code. | |
| `/desk/sign-in/again` | GET, POST | Proves who is there, and renews the session's secret. | session |
| `/desk/sign-in/out` | POST | Ends the session. | session |
| `/desk/sign-in/passkey`, `/desk/sign-in/passkey/use` | POST | Gives a challenge (JSON), takes its answer. | |
| `/desk/sign-in/invitation` | GET, POST | Shows what an invitation's code is for. | |
| `/desk/sign-in/invitation/use` | POST | Sets the account up; shows recovery codes once. | code |
| `/desk/sign-in/sso`, `/desk/sign-in/sso/answer` | GET | To the provider of single sign-on and back. | |
| `/desk/account` | GET | Sessions, passkeys, recovery codes, binding, of one's own account. | session |
| `/desk/account/session` | POST | Ends another session of one's own. | session |
| `/desk/account/password` | POST | Changes the password; every session ends. | session, password, code |
| `/desk/account/codes` | POST | Makes new recovery codes; shows them once. | session, recent |
| `/desk/account/passkey/new`, `/desk/account/passkey` | POST | Gives a challenge (JSON), keeps a new passkey. | session, recent |
| `/desk/account/passkey/remove` | POST | Removes a passkey. | session |
| `/desk/account/recovery` | POST | Refuses that the account is set up anew. | session |
| `/desk/account/sso` | GET | Binds the account to the provider. | session, recent |
| `/desk/account/sso/end` | POST | Ends the binding. | session |
| `/desk/accounts` | GET | How every officer signs in. | `manage_officers` |
| `/desk/accounts/invite` | POST | Invites an officer; shows the code once. | `manage_officers`, recent |
| `/desk/accounts/recover`, `/desk/accounts/confirm`, `/desk/accounts/refuse` | POST | Recovery. | `manage_officers`, recent |
| `/desk/accounts/sign-out` | POST | Ends every session of an officer. | `manage_officers`, recent |
"""


def desk_page() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_shown(), "", *_acts(), "", BESIDE])


def _shown() -> Iterator[str]:
    yield "## What is shown\n\n| address | shows | asks | role may | key | told of |\n|---|---|---|---|---|---|"
    for page in PAGES:
        if isinstance(page, ShowPage):
            key = f"`g` `{page.key}`" if page.key else ""
            asks = f"{_codes(page.verbs)} | {_codes(page.needs)} | {key} | {_codes(page.live)}"
            yield f"| `{_address(page.path)}` | {page.shows} | {asks} |"


def _acts() -> Iterator[str]:
    yield "## What is done\n\n| address | does | on the page | asks | role may | fields |\n|---|---|---|---|---|---|"
    for page in PAGES:
        if isinstance(page, ActPage):
            fields = _codes(tuple(one.name for one in page.fields))
            yield (
                f"| `{_address(page.path)}` | {page.does} | `{page.form_on}` | {_codes(page.verbs)} "
                f"| {_codes(page.needs)} | {fields} |"
            )


def _address(path: str) -> str:
    return f"{PREFIX}{path}".replace(":path}", "}")


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
