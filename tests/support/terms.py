"""By which patterns a term of docs/glossary-languages.md is known again in a text, and which texts do without it, and why.

The page says the words, in the form a dictionary has; the patterns here cover their inflections. A text is compared without vowel
signs, marks of direction, placeholders, commands in quotation marks and paths, and without regard to capitals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """An English word as a pattern, the patterns of the other languages, and the texts that do without it."""

    english: str
    others: Mapping[str, str]
    without: Mapping[str, str] = field(default_factory=dict)
    """Key of a text → why some language does without the word there."""


BANK: Final = "an account at a bank, which some languages call otherwise than one for signing in"
NAMED_OTHERWISE: Final = "the matter that an investigation is about, and not its file at a bureau"
NOBODY_NAMED: Final = "the language says it without saying who"
NOT_THE_TERM: Final = "the English word means something else here"
VERB: Final = "the language has a word of its own for the act"


def _of(fr: str, es: str, ar: str, ru: str, zh: str) -> Mapping[str, str]:
    return {"fr": fr, "es": es, "ar": ar, "ru": ru, "zh": zh}


TERMS: Final[Mapping[str, Term]] = {
    "account": Term(
        r"\baccounts?\b",
        _of("compte", "cuenta", "حساب", "уч[её]тн", "账户"),
        {
            "clause.map_iban": BANK,
            "properties/accountId": BANK,
            "properties/accountNumber": BANK,
            "properties/accountType": BANK,
            "schemata/BankAccount": BANK,
        },
    ),
    "candidate": Term(r"\bcandidates?\b", _of("candidat", "candidato", "مرشح", "кандидат", "候选")),
    "case": Term(
        r"\bcases?\b",
        _of("dossier", "expediente", "قضي|قضايا", r"\bдел(?:о|а|у|ом|е|ам|ах|ами)?\b", "案"),
        {"properties/caseNumber": NAMED_OTHERWISE, "purposes/inform_on_case": NAMED_OTHERWISE},
    ),
    "charter": Term(r"\bcharter", _of("charte", "carta", "ميثاق", "устав", "章程")),
    "crime area": Term(
        r"\bcrime areas?\b",
        _of(
            "domaines? criminels?",
            "ámbitos? delictivos?",
            "مجال(?:ات|ا)? (?:ال)?إجرامي",
            r"вид\w* преступности",
            "犯罪领域",
        ),
    ),
    "digest": Term(r"\bdigests?\b", _of("empreinte", "resumen|resúmenes", "بصم", "хеш", "摘要")),
    "envelope": Term(r"\benvelopes?\b", _of("enveloppe", "sobre", "مظروف|مظاريف", "конверт", "信封")),
    "erase": Term(
        r"\beras(?:e|ed|es|ure|ures)\b", _of("effac", "borr", "مح(?:و|ي|ا)|ممح|تمح|يمح", "ст[её]р|стира", "删除")
    ),
    "evaluation": Term(r"\bevaluation\b", _of("évaluation", "evaluación", "تقييم", "оценк", "评估")),
    "exhibit": Term(r"\bexhibits?\b", _of("pièce", "pieza", "حرز|أحراز", "доказательств", "物证")),
    "ground": Term(r"\bgrounds?\b", _of("motif|fondement", "fundamento", "أساس|أسس", "основани", "依据")),
    "handling code": Term(
        r"\bhandling codes?\b",
        _of(
            "codes? de traitement",
            "códigos? de tratamiento",
            "(?:رمز|رموز) (?:ال)?تداول",
            r"код\w* обращения",
            "处理代码",
        ),
    ),
    "hit": Term(
        r"\bhits?\b",
        _of("réponses? positives?", r"respuestas? positivas?|resp\. positiva", "مطابق", "совпадени", "命中"),
    ),
    "instrument": Term(r"\binstruments?\b", _of("instrument", "instrumento", "صك", "соглашени", "文书")),
    "leave": Term(
        r"\bleave (?:for|to|is|asked|granted|refused|of|depends|was)\b"
        r"|\b(?:for|without|grant|refuse|on|further|other|gave|a) leave\b",
        _of("autoris", "autoriz", "إذن|أذن", "разреш", "许可"),
    ),
    "match": Term(
        r"\bmatch(?:es)?\b",
        _of("résultat", "coincidencia", "نتيج|نتائج", "результат", "匹配"),
        {"crime_areas/sport_integrity": NOT_THE_TERM},
    ),
    "message": Term(r"\bmessages?\b", _of("message", "mensaje", "رسال|رسائل", "сообщени", "消息")),
    "namesake": Term(
        r"\bnamesake", _of("homonym", "hom[óo]nim", "الاسم نفسه|تشابه (?:ال)?أسماء", r"полн\w+ тёзк", "同名者")
    ),
    "national central bureau": Term(
        r"\bnational central bureau\b",
        _of(
            "bureau central national",
            "oficina central nacional",
            "مكتب مركزي وطني",
            "национальное центральное бюро",
            "国家中心局",
        ),
    ),
    "node": Term(r"\bnodes?\b", _of("nœud", "nodo", "عقد", "уз(?:ел|л)", "节点")),
    "notice": Term(
        r"\bnotices\b|\binternational notice\b",
        _of("notice|avis", "notificaci|aviso", "نشر|إشعار", "уведомлени|извещени", "通报"),
    ),
    "operator (of a node)": Term(
        r"\boperators?\b",
        _of("exploitant", "operador", "مشغل", "оператор", "运维"),
        {"error.given_why": NOBODY_NAMED, "properties/operator": NOT_THE_TERM},
    ),
    "party": Term(r"\bpart(?:y|ies)\b", _of("partie", "parte", "طرف|أطراف", "сторон", "方")),
    "passkey": Term(
        r"\bpasskeys?\b",
        _of(
            "clés? d’accès",
            "llaves? de acceso",
            r"مفاتيح (?:ال)?مرور|مفتاحا? (?:ال)?مرور",
            r"ключ\w* доступа",
            "通行密钥",
        ),
    ),
    "purpose": Term(r"\bpurposes?\b", _of("finalité", "finalidad", "غرض|أغراض", "цел", "目的")),
    "query": Term(r"\bquer(?:y|ies)\b", _of("requête|veille", "consulta", "استعلام", "запрос", "查询")),
    "recall": Term(r"\brecall(?:ed)?\b", _of("rappel", "retir", "سحب|سحوب", "отзыв|отозв", "撤回")),
    "record": Term(r"\brecords?\b", _of("fiche", "registro", "سجل", "запис", "记录")),
    "relay": Term(r"\brelays?\b", _of("relais", "retransmisor", "وسيط|وسطاء", "ретранслятор", "中继")),
    "restore": Term(
        r"\brestored?\b",
        _of("rétabli", "restable", "استع[اي]?د|تستعد", "восстан", "恢复"),
        {"setting.store": NOT_THE_TERM},
    ),
    "role": Term(r"\broles?\b", _of("rôle", "funci", "دور|أدوار", "рол", "角色")),
    "roster": Term(r"\broster\b", _of("tableau", "cuadrante", "جدول", "график", "值班表")),
    "shift": Term(
        r"\bshifts?\b",
        _of("service|permanence", "turno", "نوب|مناوب", "смен|дежурств", "班"),
        {"journal_acts/take_over_shift": VERB},
    ),
    "silent": Term(
        r"\bsilent\b", _of("silencieu", "silencio", "صامت", "молч", "静默"), {"together.recall_help": NOT_THE_TERM}
    ),
    "source": Term(
        r"\bsources?\b",
        _of("source", "fuente", "مصدر|مصادر", "источник", "来源"),
        {"properties/proof": NOT_THE_TERM, "properties/publisher": NOT_THE_TERM},
    ),
    "standing query": Term(
        r"\bstanding quer",
        _of("veille", "consultas? perm", "استعلام(?:ات)? دائم|استعلامات الدائمة", r"пост\w*\.? запрос", "常设查询"),
    ),
    "statement": Term(
        r"\bstatements?\b", _of("déclaration|envoi", "declaraci|envío", "بيان|إرسالي", "заявлени|отправлени", "声明")
    ),
    "suspend": Term(r"\bsuspen(?:d|ds|ded|sion|sions)\b", _of("suspen", "suspen", "علق|تعليق", "приостан", "中止")),
    "trail": Term(
        r"\btrail\b", _of("journal", "registro", "سجل", "журнал", "操作记录"), {"proof.case_rows_why": NOT_THE_TERM}
    ),
    "unit": Term(r"\bunits?\b", _of("unité", "unidad", "وحد", "подразделени|единиц", "单位")),
    "version": Term(r"\bversions?\b", _of("version", "versi", "إصدار", "верси", "版")),
    "withdraw": Term(
        r"\bwithdr(?:aw|awn|awal|ew)\b",
        _of("retir|retrait", "retir", "سحب|سحوب|نسح", "отзыв|отозв|выход|выш|вый|прекращ", "撤回|退出"),
    ),
}

NOT_SAID: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {"bail": r"\bbail\b", "fiche de relève": "fiches? de relève"},
    "es": {
        "permiso": r"\bpermisos?\b",
        "huella": r"\bhuellas?\b",
        "relevo de red": r"por este relevo|otro relevo|relevos",
    },
    "ar": {
        "موظف": "موظف",
        "هيئة": r"(?:ال)?هيئ(?:ة|ات|تين)\b",
        "رموز المعاملة, رمز المعالجة": "(?:رمز|رموز) (?:ال)?(?:معاملة|معالجة)",
        "مُرحِّل": "مرحل(?!ة)",
    },
    "ru": {
        "приостановка": "приостанов(?:ка|ки|ку|кой|ке|ок)",
        "дайджест": "дайджест",
        "хартия": "харти",
        "однофамилец": "однофамил",
        "личные данные": "личн(?:ые|ых) данн",
    },
    "zh": {
        "帐户": "帐户",
        "检索": "检索",
        "宪章": "宪章",
        "扣留, 暂存": "扣留|暂存",
        "准许": "准许",
        "无声, 沉默": "无声|沉默",
    },
}
"""Language → a word of the page's second table → its pattern."""

SAID_ALL_THE_SAME: Final[Mapping[str, Mapping[str, str]]] = {
    "es": {
        "attachments.help": "prints of fingers",
        "attachments.record_help": "prints of fingers",
        "error.file_no_type_why": "prints of fingers",
        "media_types/application/x-nist-itl": "prints of fingers",
        "media_types/image/x-wsq": "prints of fingers",
        "properties/fingerprint": "what such keys call it",
        "store.log_file_do": "permissions of a folder",
    },
    "ar": {"schemata/PublicBody": "an office of a state", "unit_kinds/organ": "an organ of an organisation"},
}
"""Language → key of a text in which a word stands that is not said otherwise → what it means there."""
