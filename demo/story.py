"""The story, in the order it is told. Each function is one scene; each claim stops the story when it does not hold."""

from __future__ import annotations

import time

from demo import failing, furnishing, refusing, sharing
from demo.stage import Promise, Teller


def run(teller: Teller) -> list[Promise]:
    """Tell the whole story; return the promises with what was tried. Raises StoryBrokenError where a claim does not hold."""
    began = time.monotonic()
    sharing.meet(teller)
    sharing.sign(teller)
    sharing.share_records(teller)
    sharing.find(teller)
    sharing.confirm(teller)
    refusing.forward_on_leave(teller)
    refusing.ask_from_outside(teller)
    refusing.suspend_the_programme(teller)
    refusing.propose_an_expulsion(teller)
    refusing.obey_a_national_order(teller)
    refusing.withdraw_a_record(teller)
    failing.confirm_a_withdrawal(teller)
    failing.write_without_a_line(teller)
    failing.kill_a_node(teller)
    failing.carry_a_bundle(teller)
    failing.put_back_a_backup(teller)
    refusing.attack_the_line(teller)
    refusing.import_what_never_circulates(teller)
    refusing.tamper_with_a_trail(teller)
    furnishing.furnish(teller)
    teller.out(f"     told in {time.monotonic() - began:.0f} seconds")
    return teller.promises()
