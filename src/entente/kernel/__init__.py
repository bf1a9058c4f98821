"""The ground floor: what every room stands on and no room may change.

`errors` the one tree · `clock` time · `ids` identifiers and salts · `canonical` the bytes that are signed · `decision` a
verdict with its grounds · `signing`, `sealing` keys and what is done with them · `statement` anything a body signs ·
`merkle` the hashes of the trail · `text` what a screen shows as it is stored · `ports` what a room needs from outside.

Leaves to others: who a key belongs to (bodies), what a statement means (its room), where bytes are kept (storage).
"""
