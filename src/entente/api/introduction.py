"""What is to be known before the first request, for the reference, the node's own page and the OpenAPI document alike.

Plain sentences under headings; code stands between backticks. Source: docs/rules/api.md P19.
"""

from __future__ import annotations

from typing import Final

_TEXT: Final = """## A first request

An officer who may enter officers makes an account and a token: `entente officer add gate-4 --role border_officer --machine`,
then `entente token make gate-4 --scope search`. The token is shown once.

With it: `POST /api/v1/searches`, the headers `Authorization: Bearer entente.…` and `Content-Type: application/json`, and the
body `{"names": ["Muhammadov"], "purpose": "identify", "crime_area": "fugitives", "occasion": "Gate 4"}`.

The answer is `candidates`, each with a `score` from 0 to 1000 and the evidence for and against it. Nothing found is an empty
list and status 200, whether nothing is there or nothing that the account may see.

## Who may

A request needs the scope that stands with its route, and a role of the account that may do it; the roles stand there too.
Then the rules judge it as they judge an officer's: by purpose, handling, instruments and national law.

A token that does not hold gets 401, a scope or role that is missing 403 with the ground, and what may not be known the same
404 as what is not there: a program cannot tell them apart, and must not try.

## What is sent and answered

Bodies are one JSON object in UTF-8, at most 2 MiB, with whole numbers and each key once. A field that the route does not
have is refused and named; leave out what you do not know, rather than sending it empty.

Times are UTC: `2031-05-04T08:00:00Z`, with microseconds where there are some. Days are `2031-05-04`. A newer node may answer
more fields: read those you know.

A record is named as `XA-NCB/w-17`, its source and its id there; in a path these are two parts. What either holds beyond
letters, digits and `-._~` is percent-encoded.

## Doing something once

What changes something carries an `Idempotency-Key`: text of your own, new for each act. The same request with the same key
is done once, and gets the same answer for 24 hours with `Idempotency-Replayed: true`; another request with the key gets 409.
So after a lost answer, a 503 or a 429, send the same again.

Its answer names the result alone, `id` and `href`; read that to see what was made.

To withdraw or correct a record, or to change a case itself (title, team, charge, state), send the `ETag` that it was shown
with as `If-Match`: where another version stands by now, nothing is done and the answer is 412. Additions to a case need none.

## Lists, jobs, news

A list answers a page, and in `next` the cursor of the one after; ask again with `?cursor=` and the same parameters, until
`next` is null. A cursor holds for the same list, parameters and account.

What takes longer is a job: the answer is 202, with its address in `Location`. Ask there until `state` is `done`, `failed` or
`cancelled`; results and files are kept for a day.

`GET /api/v1/events` tells what is new as it happens, by reference: keep the last `id`, and send it as `Last-Event-ID` to go
on without a gap.

## What goes wrong

Every error is `application/problem+json`: `{"type": "urn:entente:error:invalid", "title": "The field days does not hold what
it should.", "status": 400, "detail": "…", "code": "invalid", "what": "…", "why": "…", "do": "…", "field": "days"}`. Decide
by `status` and `code`; show `what`, `why` and `do` to people. A refusal has its `decision` with every ground.

One token may ask 100 times in a second where the node says nothing else; beyond that it gets 429, and `Retry-After` says how
many seconds to wait."""
"""Lines are joined to paragraphs."""

INTRODUCTION: Final = "\n\n".join(" ".join(part.split("\n")) for part in _TEXT.split("\n\n"))
"""As Markdown: headings of two marks, and paragraphs."""
