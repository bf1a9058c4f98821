"""What columns of tables are called in the languages of the desk, by the property that is meant: for proposals alone (R46).

Compared in small letters, without marks at the ends. A word that means two things in two languages stands nowhere here; one that
means two things in one, under EVENTS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

KEYS: Final = frozenset({
    "id", "no", "no.", "nr", "nr.", "n°", "№", "number", "case no", "case number", "case id", "file no", "file number", "record",
    "record id", "record no", "ref", "reference", "reference number", "entity id", "numero", "número", "numéro", "n° dossier",
    "numéro de dossier", "numéro d'ordre", "expediente", "número de expediente", "номер", "номер дела", "№ п/п", "рег. номер",
    "رقم", "رقم القضية", "الرقم", "编号", "序号", "案号",
})  # fmt: skip
"""Of what tells one row from another."""

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        "name", "full name", "fullname", "name and surname", "whole name", "entity name", "nom complet", "nom et prénom",
        "nombre completo", "nombre y apellidos", "nombres y apellidos", "apellidos y nombre", "nom et prénoms", "nom, prénom",
        "фио", "ф.и.о", "полное имя", "الاسم", "الاسم الكامل", "姓名",
    ),
    "lastName": (
        "surname", "last name", "lastname", "family name", "nom", "nom de famille", "apellido", "apellidos", "фамилия",
        "اسم العائلة", "اللقب", "姓",
    ),
    "firstName": (
        "given name", "given names", "first name", "firstname", "forename", "forenames", "prénom", "prénoms", "nombre", "nombres",
        "имя", "الاسم الأول", "名",
    ),
    "middleName": ("middle name", "second name", "deuxième prénom", "segundo nombre"),
    "fatherName": ("patronymic", "father's name", "father name", "nom du père", "nombre del padre", "отчество", "اسم الأب"),
    "motherName": ("mother's name", "mother name", "nom de la mère", "nombre de la madre", "имя матери", "اسم الأم"),
    "maidenName": ("maiden name", "name at birth", "birth name", "nom de naissance", "apellido de soltera", "девичья фамилия"),
    "alias": (
        "alias", "aliases", "aka", "a.k.a", "also known as", "other names", "nickname", "surnom", "apodo", "псевдоним",
        "прозвище", "кличка", "الاسم المستعار", "别名", "化名",
    ),
    "previousName": ("former name", "previous name", "former names", "ancien nom", "прежнее имя", "прежняя фамилия", "曾用名"),
    "birthDate": (
        "date of birth", "birth date", "birthdate", "dob", "d.o.b", "born", "date de naissance", "né le", "né(e) le", "née le",
        "ddn",
        "fecha de nacimiento", "fecha nacimiento", "fecha de nac", "f. nacimiento", "f. nac", "nacido el",
        "дата рождения", "д.р", "год рождения", "تاريخ الميلاد", "出生日期", "生日",
    ),
    "deathDate": ("date of death", "death date", "date de décès", "fecha de defunción", "дата смерти", "تاريخ الوفاة"),
    "birthPlace": (
        "place of birth", "birth place", "birthplace", "pob", "lieu de naissance", "lugar de nacimiento", "место рождения",
        "مكان الميلاد", "出生地",
    ),
    "birthCountry": ("country of birth", "pays de naissance", "país de nacimiento", "страна рождения", "بلد الميلاد"),
    "nationality": (
        "nationality", "nationalities", "nat", "nationalité", "nacionalidad", "гражданство", "подданство", "الجنسية", "国籍",
    ),
    "citizenship": ("citizenship", "citoyenneté", "ciudadanía"),
    "gender": ("sex", "gender", "sexe", "sexo", "género", "пол", "الجنس", "性别"),
    "passport": (
        "passport", "passport no", "passport no.", "passport number", "passeport", "numéro de passeport", "n° passeport",
        "n° de passeport", "pasaporte", "número de pasaporte", "nº pasaporte", "nº de pasaporte", "n.º de pasaporte", "паспорт",
        "номер паспорта", "загранпаспорт", "جواز السفر", "رقم جواز السفر", "护照",
        "护照号", "护照号码",
    ),
    "idNumber": (
        "id number", "id card", "id card number", "identity card", "identity number", "national id", "national number",
        "personal number", "carte d'identité", "numéro d'identité", "dni", "cédula", "documento de identidad", "удостоверение",
        "номер удостоверения", "иин", "رقم الهوية", "الرقم الوطني", "身份证", "身份证号", "身份证号码",
    ),
    "taxNumber": ("tax number", "tax id", "tin", "numéro fiscal", "nif", "rfc", "инн", "الرقم الضريبي", "税号"),
    "phone": (
        "phone", "phone number", "phones", "telephone", "tel", "tel.", "mobile", "mobile number", "cell", "téléphone", "portable",
        "teléfono", "móvil", "телефон", "номер телефона", "моб. телефон", "الهاتف", "رقم الهاتف", "电话", "手机", "手机号",
    ),
    "email": (
        "email", "e-mail", "mail", "email address", "courriel", "correo", "correo electrónico", "эл. почта",
        "электронная почта", "البريد الإلكتروني", "电子邮件", "邮箱",
    ),
    "address": (
        "address", "home address", "residence", "adresse", "domicile", "dirección", "domicilio", "адрес", "العنوان", "地址",
    ),
    "country": ("country", "pays", "país", "страна", "الدولة", "البلد", "国家"),
    "height": ("height", "height (m)", "taille", "estatura", "рост", "الطول", "身高"),
    "weight": ("weight", "weight (kg)", "poids", "peso", "вес", "الوزن", "体重"),
    "eyeColor": ("eyes", "eye colour", "eye color", "couleur des yeux", "color de ojos", "цвет глаз", "لون العينين"),
    "hairColor": ("hair", "hair colour", "hair color", "couleur des cheveux", "color de pelo", "цвет волос", "لون الشعر"),
    "profession": ("profession", "occupation", "métier", "profesión", "ocupación", "профессия", "المهنة", "职业"),
    "position": ("position", "function", "poste", "fonction", "cargo", "должность", "المنصب", "职务"),
    "notes": (
        "notes", "note", "remarks", "remark", "comment", "comments", "remarques", "observations", "observaciones", "notas",
        "примечание", "примечания", "комментарий", "ملاحظات", "备注",
    ),
    "registrationNumber": (
        "plate", "plate number", "licence plate", "license plate", "registration", "registration number", "reg no",
        "immatriculation", "plaque", "matrícula", "placa", "гос. номер", "госномер", "номерной знак", "رقم اللوحة",
        "车牌", "车牌号",
    ),
    "vin": ("vin", "chassis", "chassis number", "numéro de châssis", "número de chasis", "номер кузова", "رقم الهيكل", "车架号"),
    "make": ("make", "manufacturer", "marque", "marca", "марка", "الماركة", "品牌"),
    "model": ("model", "modèle", "modelo", "модель", "الطراز", "型号"),
    "color": ("colour", "color", "couleur", "цвет", "اللون", "颜色"),
    "imoNumber": ("imo", "imo number", "imo no", "numéro omi", "número omi", "номер имо"),
    "flag": ("flag", "pavillon", "bandera", "флаг", "العلم", "船旗"),
    "callSign": ("call sign", "callsign", "indicatif", "позывной"),
    "mmsi": ("mmsi",),
    "publicKey": ("wallet", "wallet address", "crypto address", "адрес кошелька", "кошелек", "عنوان المحفظة", "钱包地址"),
    "companyName": (
        "company", "company name", "organisation", "organization", "firm", "société", "raison sociale", "empresa", "razón social",
        "организация", "компания", "фирма", "الشركة", "اسم الشركة", "公司", "公司名称",
    ),
}  # fmt: skip

EVENTS: Final[Mapping[str, str]] = {
    word: name
    for name, words in {
        "birthDate": ("birth", "naissance", "nacimiento", "рождение", "родился", "الميلاد", "الولادة", "出生"),
        "deathDate": ("death", "died", "décès", "defunción", "fallecimiento", "смерть", "الوفاة", "死亡"),
    }.items()
    for word in words
}
"""What names an event and not what of it is meant, day or place: its cells tell (R46). By the property that its days are."""

PROPERTY_OF: Final[Mapping[str, str]] = {word: name for name, words in WORDS.items() for word in words}
