"""Re-entry, for any names and dates: noticed by the keys exactly when two dates agree as far as both are known (R12, I16)."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from entente.identity.dates import DateAgreement, compare_dates, parse_partial
from entente.identity.erased import KEYS_MAX, identifying_keys
from entente.identity.names import name_forms
from entente.records.model import Fact, Record
from tests.unit.identity.search_world import PERSON, a_record

SCHEMATA = {PERSON.name: PERSON}
WORDS = st.lists(st.text(alphabet="abdgiklmnorstuvz", min_size=3, max_size=9), min_size=1, max_size=4)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2030, 12, 31))
DATES = st.builds(lambda day, length: day.isoformat()[:length], DAYS, st.sampled_from((4, 7, 10)))
AGREE = {DateAgreement.DATE_EQUAL, DateAgreement.MONTH_EQUAL, DateAgreement.YEAR_EQUAL}


def keys_of(*facts: tuple[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    record: Record = a_record(*(Fact(name, value) for name, value in facts))
    keys = identifying_keys(record, SCHEMATA)
    return keys.kept, keys.asked


def is_noticed(erased: tuple[tuple[str, str], ...], new: tuple[tuple[str, str], ...]) -> bool:
    return bool(keys_of(*erased)[0] & keys_of(*new)[1])


@given(WORDS, DATES, DATES)
def test_r12_one_name_is_noticed_exactly_when_the_dates_agree_as_far_as_both_are_known(
    words: list[str], ours: str, theirs: str
) -> None:
    name = " ".join(words)
    erased, new = (("name", name), ("birthDate", ours)), (("name", name), ("birthDate", theirs))
    one, two = parse_partial(ours), parse_partial(theirs)
    assert one is not None
    assert two is not None
    same = one == two or compare_dates(one, two) in AGREE
    # A whole day and a month of it: compare_dates calls a day beside a month «month equal».
    assert is_noticed(erased, new) is same
    assert is_noticed(new, erased) is same


@given(WORDS, DAYS, st.randoms(use_true_random=False))
def test_r12_order_case_and_spacing_of_a_name_hide_nobody(words: list[str], day: dt.date, chance: object) -> None:
    shuffled = list(words)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis' own Random
    erased = (("name", " ".join(words)), ("birthDate", day.isoformat()))
    assert is_noticed(erased, (("name", "  ".join(shuffled).upper()), ("birthDate", day.isoformat())))


@given(WORDS, WORDS, DAYS)
def test_r12_another_name_on_the_same_day_is_not_noticed(words: list[str], others: list[str], day: dt.date) -> None:
    one, two = " ".join(words), " ".join(others)
    forms = [sorted(form.split()) for form in name_forms(one)]
    if any(sorted(form.split()) in forms for form in name_forms(two)):
        return
    kept, asked = keys_of(("name", one), ("birthDate", day.isoformat()))[0], keys_of(("name", two))[1]
    assert not kept & asked
    assert not is_noticed((("name", one),), (("name", one),))


@given(st.text(alphabet="0123456789ABCDEFGH -./", min_size=1, max_size=20))
def test_r12_a_number_is_noticed_however_it_is_written(number: str) -> None:
    written = (("passportNumber", number),)
    spaced = (("passportNumber", " ".join(number.lower())),)
    kept = keys_of(*written)[0]
    assert is_noticed(written, spaced) is bool(kept)


def test_r12_a_record_of_many_names_and_dates_keeps_a_bounded_number_of_keys() -> None:
    names = [("name", f"Person Number{place}") for place in range(100)]
    dates = [("birthDate", f"19{year:02}-02-03") for year in range(50)]
    kept, asked = keys_of(*names, *dates)
    assert len(kept) == len(asked) == KEYS_MAX
    assert keys_of(*names, *dates) == (kept, asked)
