"""Cherokee.

The syllabary as the Cherokee Nation reads it, BGN/PCGN 1966 and Unicode 16, chapter 20: v is a nasal vowel, qu is kw,
ts is tl's neighbour; the small letters fold to these (I2).
"""

from entente.identity.standards.table import Table

_SERIES = {
    "": "ᎠᎡᎢᎣᎤᎥ", "g": "Ꭶ.ᎨᎩᎪᎫᎬ", "h": "ᎭᎮᎯᎰᎱᎲ", "l": "ᎳᎴᎵᎶᎷᎸ", "m": "ᎹᎺᎻᎼᎽ", "n": "ᎾᏁᏂᏃᏄᏅ", "qu": "ᏆᏇᏈᏉᏊᏋ",
    "s": "ᏌᏎᏏᏐᏑᏒ", "d": "ᏓᏕᏗᏙᏚᏛ", "tl": "ᏝᏞᏟᏠᏡᏢ", "ts": "ᏣᏤᏥᏦᏧᏨ", "w": "ᏩᏪᏫᏬᏭᏮ", "y": "ᏯᏰᏱᏲᏳᏴ",
}  # fmt: skip
"""Each consonant with its six vowels, a e i o u v, in the order of the syllabary."""
_BESIDE = {"g": ("k",), "d": ("t",), "ts": ("j", "ch"), "qu": ("gw", "kw"), "tl": ("dl",)}
_ALONE = "Ꭷ ka:7 ga:3\nᏍ s\nᎿ hna:7 na:3\nᏀ nah\nᏔ ta:8 da:2\nᏖ te\nᏘ ti\nᏜ dla\nᏵ mv"


def _rows() -> str:
    rows = [_ALONE]
    for consonant, letters in _SERIES.items():
        for letter, vowel in zip(letters.replace(".", ""), "aeiouv", strict=False):
            rows.append(" ".join([letter, *(head + vowel for head in (consonant, *_BESIDE.get(consonant, ())))]))
    return "\n".join(rows)


TABLE = Table("Cher", letters=_rows())
