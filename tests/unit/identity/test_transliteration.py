"""I22: the learned transliteration as it is shipped, its file, and what comparing names makes of it."""

import functools
import struct
from array import array

import pytest
from anyascii import anyascii

from entente.identity.align import compare_names
from entente.identity.channel import END, LATIN_LETTERS_MAX, START, Channel
from entente.identity.names import normalise, read_name
from entente.identity.transliteration import (
    MAGIC,
    Rows,
    Table,
    is_learned,
    is_long_enough,
    likelihood,
    prepare,
    read_model,
    tables,
    way_cost,
)
from entente.identity.units import LEARNED_SCRIPTS, units
from training import han, southern
from training.hangul import spelt, with_korean
from training.pairs import Pair as WordPair
from training.pairs import split
from training.write import COUNT_MIN, costs, model_file, table

SAME = [
    ("мухаммедов", "muhammadov"),
    ("юрченко", "yurchenko"),
    ("щербаков", "shcherbakov"),
    ("محمد", "mohammed"),
    ("خالد", "khaled"),
    ("عبدالله", "abdullah"),
    ("김", "kim"),
    ("이명박", "leemyungbak"),
    ("박", "park"),
    ("연주", "younjoo"),
    ("영철", "yongchol"),
    ("영철", "yeongcheol"),
    ("유요", "liuyao"),
    ("朴", "park"),
    ("スミス", "smith"),
    ("ジョンソン", "johnson"),
    ("たけし", "takeshi"),
    ("潘", "poon"),
    ("王", "wang"),
    ("克林顿", "clinton"),
]
DIFFERENT = [
    ("мухаммедов", "petrov"),
    ("юрченко", "yakovlev"),
    ("محمد", "khaled"),
    ("خالد", "mahmoud"),
    ("김", "park"),
    ("スミス", "johnson"),
    ("克林顿", "carter"),
]


@pytest.mark.parametrize(("native", "latin"), SAME)
def test_i22_a_word_and_its_usual_spelling_are_more_likely_right_than_wrong(native: str, latin: str) -> None:
    assert likelihood(normalise(native), latin) > 0.5


@pytest.mark.parametrize(("native", "latin"), DIFFERENT)
def test_i22_another_name_is_unlikely(native: str, latin: str) -> None:
    assert likelihood(normalise(native), latin) < 0.2


@pytest.mark.parametrize(
    ("native", "latin"), [("", "kim"), ("김", ""), ("kim", "kim"), ("κώστας", "kostas"), ("김kim", "kim")]
)
def test_i22_what_the_model_does_not_read_has_no_likelihood(native: str, latin: str) -> None:
    assert likelihood(native, latin) == 0.0


def test_i22_a_word_is_read_when_one_of_the_learned_scripts_holds_it_whole() -> None:
    assert is_learned("김")
    assert not is_learned("kim")
    assert not is_learned("김kim")


@pytest.mark.parametrize("native", ["а" * 10_000, "一" * 10_000, "ー" * 300])
def test_i22_very_long_words_are_compared_by_their_beginnings(native: str) -> None:
    assert 0.0 <= likelihood(native, "a" * 10_000) <= 1.0


def test_i22_a_slip_of_spelling_costs_and_does_not_forbid() -> None:
    assert likelihood("юрченко", "yurchenko") > likelihood("юрченко", "yurcqhenko") > 0.05


def test_i22_a_han_character_nobody_held_is_read_as_its_mandarin_syllable() -> None:
    unseen = next(chr(code) for code in range(0x9FA5, 0x4E00, -1) if chr(code) not in Rows(tables()["Hani"]))
    assert likelihood(unseen, "".join(letter for letter in anyascii(unseen).lower() if letter.isalpha())) > 0.5
    assert likelihood(unseen, "thompson") < 0.2


@pytest.mark.parametrize("script", LEARNED_SCRIPTS)
def test_i22_the_shipped_table_keeps_its_form(script: str) -> None:
    held = tables()[script]
    assert list(held.chunks) == sorted(set(held.chunks))
    assert len(held.starts) == len(held.chunks) + 1
    assert held.starts[-1] == len(held.latin_ids) == len(held.costs)
    assert all(len(chunk) <= LATIN_LETTERS_MAX and (not chunk or chunk.isalpha()) for chunk in held.latin)
    constant, by_score, *_ = held.logistic
    assert by_score > 0
    assert constant == constant  # noqa: PLR0124 - not a NaN


def test_i22_the_most_special_key_of_a_channel_is_taken_alone() -> None:
    keys = {"α": "none", "^[α]": "before", "[α]$": "after", "^[α]$": "both"}
    taken = Channel("Grek", {key: ((latin, 1.0),) for key, latin in keys.items()})
    assert taken.alternatives("β", "α", "β") == (("none", 1.0),)
    assert taken.alternatives(START, "α", "β") == (("before", 1.0),)
    assert taken.alternatives("β", "α", END) == (("after", 1.0),)
    assert taken.alternatives(START, "α", END) == (("both", 1.0),)
    assert taken.alternatives(START, "β", END) == ()


def small_table() -> Table:
    counts = {("а", "a"): 90.0, ("а", ""): 8.0, ("б", "b"): 50.0, ("аб", "ab"): 20.0, ("в", "v"): 50.0}
    return table("Cyrl", costs(counts), (1.0, 2.0, 0.5, 0.25))


def test_i22_the_file_says_what_was_written() -> None:
    written = small_table()
    read = read_model(model_file([written]))["Cyrl"]
    assert read == written
    assert Rows(read)["а"] == Rows(written)["а"]
    assert list(Rows(read)["а"]) == ["a", ""]


@pytest.mark.parametrize(
    "damaged",
    [
        lambda document: b"ANOTHER-T1\n" + document[len(MAGIC) :],
        lambda document: document[:-1],
        lambda document: document + b"x",
        lambda document: document[: len(MAGIC)] + struct.pack("<I", 1 << 31) + document[len(MAGIC) + 4 :],
    ],
)
def test_i22_a_damaged_file_is_refused(damaged: object) -> None:
    assert callable(damaged)
    document = model_file([small_table()])
    with pytest.raises(AssertionError):
        read_model(damaged(document))


def test_i22_the_cost_is_the_sum_along_the_cheapest_way() -> None:
    written = small_table()
    rows = Rows(written)
    word = prepare(rows, "аб")
    apart = rows["а"]["a"] + rows["б"]["b"]
    assert way_cost(word, "ab") == min(apart, rows["аб"]["ab"])
    assert way_cost(word, "b") == rows["а"][""] + rows["б"]["b"]
    assert way_cost(word, "xab") == min(apart, rows["аб"]["ab"]) + 5000
    assert way_cost(word, "ab", 10) is None
    assert way_cost(prepare(rows, "г"), "") == 6000


def cheapest_of(rows: Rows, signs: str, latin: str) -> int:
    """Try every way through both words."""

    @functools.cache
    def least(sign: int, letter: int) -> int:
        if sign == len(signs) and letter == len(latin):
            return 0
        ways = [
            cost + least(sign + size, letter + len(piece))
            for size, becomes in (rows.chunks(signs[sign : sign + 3]) if sign < len(signs) else ())
            for piece, cost in becomes.items()
            if latin.startswith(piece, letter)
        ]
        ways += [6000 + least(sign + 1, letter)] if sign < len(signs) else []
        ways += [5000 + least(sign, letter + 1)] if letter < len(latin) else []
        return min(ways)

    return least(0, 0)


@pytest.mark.parametrize("latin", ["mukhammedov", "ivanov", "mu", "xqz", "vvmmuu", ""])
@pytest.mark.parametrize(
    ("script", "signs"), [("Cyrl", "мухаммедов"), ("Arab", "محمد"), ("Hani", "明"), ("Kana", "miriamu")]
)
def test_i22_what_is_left_early_is_dearer_than_what_is_looked_for(script: str, signs: str, latin: str) -> None:
    rows = Rows(tables()[script])
    least = cheapest_of(rows, signs, latin)
    assert way_cost(prepare(rows, signs), latin) == least
    assert way_cost(prepare(rows, signs), latin, least) == least
    assert way_cost(prepare(rows, signs), latin, least - 1) is None


def test_i22_costs_weigh_both_directions_alike() -> None:
    # 90 of 98 + 2 one way, 90 of 90 + 2 the other; ln .90 and ln .978 make 64 thousandths.
    assert costs({("а", "a"): 90.0, ("а", ""): 8.0})["а"]["a"] == 64


@pytest.mark.parametrize(
    ("syllable", "latin"),
    [
        ("연", "yeon youn yun yon"),
        ("주", "ju joo"),
        ("박", "park bak pak"),
        ("이", "lee yi i"),
        ("신", "shin sin"),
        ("희", "hee hui"),
    ],
)
def test_i22_korean_syllables_are_spelt_by_each_system_and_by_habit(syllable: str, latin: str) -> None:
    spellings = spelt(syllable)
    assert set(latin.split()) <= set(spellings)
    assert sum(spellings.values()) == pytest.approx(1)


def test_i22_characters_read_alike_in_korean_give_their_mandarin_syllables() -> None:
    counts = with_korean({("ᄋ", ""): 7.0}, [(["liu"], ["류", "유"]), (["you"], ["유"]), (["yu", "you"], ["유"])])
    row = {latin: count for (chunk, latin), count in counts.items() if chunk == units("유", "Hang")}
    assert row["liu"] == pytest.approx(15 * 0.5 / 2.5)
    assert row["yu"] > row["you"] > row["liu"], "«you» is the Mandarin of one and a spelling besides"
    assert counts["ᄋ", ""] == 7.0


@pytest.mark.parametrize(
    ("jyutping", "hong_kong", "macau"),
    [
        ("zoeng", "cheung cheong", "cheong"),
        ("zeng", "cheng", "cheang"),
        ("joeng", "yeung", "ieong"),
        ("fuk", "fuk fook", "fok"),
        ("jyun", "yuen", "un"),
        ("gwok", "kwok", "kuok"),
        ("ng", "ng", "ng"),
    ],
)
def test_i43_cantonese_syllables_are_spelt_by_both_governments(jyutping: str, hong_kong: str, macau: str) -> None:
    assert set(hong_kong.split()) <= set(southern.hong_kong(jyutping))
    assert southern.macau(jyutping) == macau


def test_i43_straits_spellings_are_of_traditional_and_simplified_characters() -> None:
    assert southern.straits()["陳"] == southern.straits()["陈"] == ["tan"]
    assert southern.straits()["福"] == ["hock", "fook"]


def test_i43_character_with_many_pairs_is_read_as_others_of_its_sound_too() -> None:
    # Both are «li» in Mandarin; pairs write the one ten thousand times, the other once.
    pairs = [WordPair("利", "利", "li", 9999.0), WordPair("莉", "莉", "ly", 1.0)]
    counts = {("利", "li"): 9999.0, ("莉", "ly"): 1.0}
    by_parts = {
        (sign, latin): 1.0 for pair in han.in_parts(pairs) for sign, latin in zip(pair.signs, pair.latin, strict=True)
    }
    found = han.smoothed(pairs, counts, by_parts)
    assert found["利", "ly"] == pytest.approx((han.SYLLABLE + han.SYLLABLE_PART * 9999) / 2, rel=0.01)
    assert found["利", "li"] > 9999
    # As a Cantonese and a Hokkien name it is read too, and in Tongyong pinyin the syllable is the same.
    assert {"lei", "lee"} <= {latin for character, latin in found if character == "利"}


def test_i43_spelling_too_rare_to_matter_is_left_out() -> None:
    counts = {("利", "li"): 1.0, ("利", "ly"): COUNT_MIN / 2, ("莉", "li"): 1000.0, ("莉", "ly"): COUNT_MIN}
    rows = costs(counts)
    assert rows["利"].keys() == {"li"}
    assert rows["莉"].keys() == {"li"}, "its share is under SHARE_MIN"


def test_i22_numbers_of_the_file_are_arrays_as_a_compiled_engine_takes_them() -> None:
    held = tables()["Cyrl"]
    assert [numbers.typecode for numbers in (held.starts, held.latin_ids, held.costs)] == ["I", "H", "H"]
    assert array("H").itemsize == 2


def test_i22_no_native_token_is_trained_on_and_held_out() -> None:
    pairs = [WordPair(f"слово{number}", f"слово{number}", latin, 1.0) for number in range(300) for latin in ("a", "b")]
    trained, held = split(pairs)
    assert len(trained) + len(held) == len(pairs)
    assert held
    assert not {pair.native for pair in trained} & {pair.native for pair in held}


def test_i7_names_in_two_scripts_are_paired_by_the_learned_likelihood() -> None:
    asked, held = read_name("潘兆平")[0], read_name("POON Siu-ping")[0]
    comparison = compare_names(asked, held)
    assert comparison.missing == 0
    assert sum(pairing.weight for pairing in comparison.pairings) >= 200
    assert compare_names(asked, read_name("Wang Xiaoming")[0]).missing > 0


def test_i7_whether_words_may_be_written_together_is_asked_once_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for each run of neighbours, sixteen words against sixteen took 50 ms."""
    asked: list[str] = []

    def counted(word: str) -> bool:
        asked.append(word)
        return is_learned(word)

    monkeypatch.setattr("entente.identity.align.is_learned", counted)
    one = read_name("bab dod gug kak lul mem nin pop rir sus tat vev zoz bub dad щука")[0]
    other = read_name(
        "ghelik ghomat phurin thovel khizan shugon whadis chumor yalpin wolket quonid xirsev jabolt fengur hosmil gyrod"
    )[0]
    comparison = compare_names(one, other)
    assert (comparison.pairings, len(one.words), len(other.words)) == ((), 16, 16)
    each_pair_of_two_scripts, each_word_in_both_names = 16, 2 * 16
    assert 0 < len(asked) <= each_pair_of_two_scripts + each_word_in_both_names


@pytest.mark.parametrize(
    ("kana", "latin"), [("ハーコート・ブロッケル", "Blokker Harcourt"), ("ヤンガー・オズチェリック", "Özçelik Younger")]
)
def test_i7_kana_are_compared_by_what_was_learned_and_not_by_their_table(kana: str, latin: str) -> None:
    comparison = compare_names(read_name(kana)[0], read_name(latin)[0])
    assert comparison.missing == 0
    assert [pairing.likeness > 900 for pairing in comparison.pairings] == [True, True]


@pytest.mark.parametrize("latin", ["muhammad", "mohamed", "mahmoud", "rahimov", "m"])
def test_i22_asking_for_more_changes_no_likelihood_that_is_as_much(latin: str) -> None:
    whole = likelihood("محمد", latin)
    for at_least in (0.1, 0.4, 0.9):
        asked = likelihood("محمد", latin, at_least)
        assert asked == pytest.approx(whole) if whole >= at_least else asked == 0


@pytest.mark.parametrize(
    ("native", "letters"), [("петров", 12), ("محمد", 12), ("김", 6), ("王小明", 15), ("スミス", 12)]
)
def test_i7_a_native_word_stands_for_so_many_letters_together_and_no_more(native: str, letters: int) -> None:
    assert is_long_enough(native, letters)
    assert not is_long_enough(native, letters + 1)
    assert not is_long_enough("smith", 1), "the model does not read it"


def test_i7_a_native_word_is_found_written_as_two() -> None:
    (pairing,) = compare_names(read_name("عبدالرحمن")[0], read_name("Abdel Rahman")[0]).pairings
    assert pairing.agreement == "written together or apart"
