"""Laws of names and scores that hold for any input."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from entente.identity.align import compare_names
from entente.identity.identifiers import query_keys
from entente.identity.model import QUERY_NAME_CHARACTERS_MAX, Query
from entente.identity.name_parts import CHILDREN, SONS
from entente.identity.names import FORMS_MAX, WORDS_MAX, name_forms, normalise, read_name
from entente.identity.rules import query_from_text
from entente.identity.score import SHOW_MIN, score_record
from entente.identity.scripts import fold, romanise, skeleton
from entente.kernel.errors import Invalid
from entente.search.keys import KEYS_MAX, key_weight, name_keys
from tests.unit.identity.search_world import PERSON, a_record

ANY_TEXT = st.text(max_size=QUERY_NAME_CHARACTERS_MAX)
LETTERS = "abdgiklmnorstuvz абвдзиклмнор محمدسنعليب γιαλός गमनशर 王小明大力"
NAMES = st.lists(st.text(alphabet=[c for c in LETTERS if c != " "], min_size=2, max_size=8), min_size=1, max_size=4)
WORDS = st.lists(st.text(alphabet="abdgiklmnorstuvz", min_size=3, max_size=9), min_size=1, max_size=4, unique=True)
DATES = st.dates().map(lambda day: day.isoformat())


@given(ANY_TEXT)
def test_normal_form_is_its_own_normal_form(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(ANY_TEXT)
def test_forms_are_bounded_plain_latin_and_the_same_for_equal_text(text: str) -> None:
    forms = name_forms(text)
    assert len(forms) <= FORMS_MAX
    assert all(form.isascii() and len(form.split()) <= WORDS_MAX and form for form in forms)


@given(ANY_TEXT)
def test_case_and_spacing_never_matter(text: str) -> None:
    plain = normalise(text)
    assert name_forms(f"  {plain}  ") == name_forms(plain)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=30))
def test_fold_and_skeleton_shorten_and_never_fail(word: str) -> None:
    assert 0 < len(fold(word)) <= 2 * len(word)
    assert set(skeleton(word)) <= set("ptklmns")
    assert romanise(word) == ((word,),)


@given(NAMES)
def test_keys_are_bounded_and_weigh_something(words: list[str]) -> None:
    keys = name_keys(name_forms(" ".join(words)))
    for group in (keys.tokens, keys.grams, keys.skeletons):
        assert len(group) <= KEYS_MAX
        assert all(key_weight(key) > 0 and " " not in key for key in group)


@given(ANY_TEXT, ANY_TEXT, st.one_of(st.just(""), DATES), st.one_of(st.just(""), DATES))
def test_score_is_in_bounds_and_the_sum_of_its_evidence(asked: str, held: str, born: str, holds: str) -> None:
    query = Query(names=(asked,), birth_date=born, country="XA", identifiers=(held,))
    found = score_record(query, a_record(("name", held), ("birthDate", holds), ("passportNumber", asked)), PERSON)
    assert 0 <= found.score <= 1000
    assert sum(piece.weight for piece in found.evidence) == found.score
    assert (found.fact is None) == (found.score == 0 and not found.evidence)


@given(WORDS, st.randoms(use_true_random=False))
def test_a_name_finds_itself_in_any_order_of_words(words: list[str], chance: st.DataObject) -> None:
    # «Akmal bin Salim Rahimov» is another person than «Akmal bin Rahimov Salim»: these words say whose child somebody is.
    words = [word for word in words if word not in SONS | CHILDREN] or ["akmal"]
    mixed = list(words)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert score_record(Query(names=(" ".join(mixed),)), a_record(("name", " ".join(words))), PERSON).score >= SHOW_MIN


@given(WORDS, DATES, DATES)
def test_another_full_birth_date_never_raises_a_score(words: list[str], born: str, holds: str) -> None:
    name = " ".join(words)
    record = a_record(("name", name), ("birthDate", holds))
    dated = score_record(Query(names=(name,), birth_date=born), record, PERSON)
    if any(piece.text == "birth date differs" for piece in dated.evidence):
        assert dated.score < SHOW_MIN <= score_record(Query(names=(name,)), record, PERSON).score


@given(NAMES, NAMES)
def test_comparison_uses_each_word_once(asked: list[str], held: list[str]) -> None:
    for ours in read_name(" ".join(asked)):
        for theirs in read_name(" ".join(held)):
            compared = compare_names(ours, theirs)
            assert len(compared.pairings) <= min(len(ours.words), len(theirs.words))
            assert compared.missing >= 0
            assert compared.extra >= 0


@given(st.text(max_size=60))
def test_typed_line_and_number_never_fail_but_for_two_dates_of_birth(text: str) -> None:
    assert all(":" in key for key in query_keys(text, "TJ"))
    with suppress(Invalid):
        assert len(query_from_text(text).names) <= 1
