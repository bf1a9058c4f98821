"""Words for ranks, offices, dignities and degrees, which are written before a name, or behind it in Korean and Chinese.

Two lists. A word of UNMISTAKABLE is hardly anybody's name. A word of NAMES_TOO is a given or a family name somewhere
(Major, Coronel, Prince), so that more has to stand beside it before it is taken for a title (offices.places). Left out on
purpose are words that are names far more often than titles: Khan, Shah, Bey, Amir, Sultan, Malik, Dean, Earl, Marshall,
Rey, Sadr.

Written from general knowledge; no list was copied. Where ranks can be checked: English NATO STANAG 2116; French Code de la
défense art. L4131-1; Spanish Ley 39/2007 art. 21; Italian D.lgs. 66/2010 arts. 627 to 632; German «Anordnung des
Bundespräsidenten über die Dienstgradbezeichnungen und die Uniform der Soldaten» of 1978; Russian Federal Laws 53-FZ art. 46
and 342-FZ art. 8; Ukrainian Law 2232-XII art. 5; Turkish Law 926; Chinese regulations on ranks of officers (1988) and of
the People's Police (1992); Korean Military Personnel Management Act art. 3. Where offices of state can: the United Nations
Protocol and Liaison Service's public list «Heads of State, Heads of Government, Ministers for Foreign Affairs».

Source: docs/rules/identity.md I50.
"""

from __future__ import annotations

from typing import Final

UNMISTAKABLE: Final = """
# English
president vicepresident minister premier ambassador senator congressman congresswoman chairman chairwoman chairperson
secretary commissioner brigadier cmdr superintendent archbishop archimandrite
# French
presidente ministre ambassadeur ambassadrice senateur senatrice chancelier marechal colonelle adjudant commissaire
archeveque lieutenante
# Spanish, Portuguese
presidente presidenta ministro ministra embajador embajadora senador senadora comandante subteniente arzobispo gobernador
gobernadora secretario licenciado licenciada ingeniero doctora embaixador embaixadora tenente governador deputado
# Italian
ambasciatore ambasciatrice senatore onorevole maresciallo arcivescovo monsignor monsignore avvocato
# German, Dutch
prasident prasidentin ministerin botschafter botschafterin bundeskanzler bundeskanzlerin bundesprasident oberstleutnant
leutnant generalmajor generalleutnant feldwebel erzbischof doktor luitenant
# Polish, Czech
prezydent prezes pułkownik ksiadz plukovnik
# Russian, Ukrainian, Serbian, Bulgarian
президент премьер министр сенатор депутат губернатор председатель секретарь адмирал подполковник майор лейтенант прапорщик
комиссар патриарх архиепископ митрополит епископ архимандрит протоиерей премєр міністр полковник підполковник председник
министар пуковник потпуковник министър посланик prezident premer ministr polkovnik podpolkovnik leitenant leytenant
patriarkh
# Arabic, Persian, Urdu
الرييس الوزير السفير النايب سمو فخامة معالي جلالة المقدم الرايد الفريق المشير العماد سرتیپ سرهنگ سرلشکر سرگرد جنرل کرنل
بریگیڈیير میجر کیپٹن لیفٹیننٹ sartip sarhang sarlashkar
# Turkish
cumhurbaskanı basbakan bakanı orgeneral korgeneral tumgeneral tuggeneral yarbay yuzbası binbası milletvekili buyukelci
# Malay, Indonesian
presiden menteri jenderal jeneral kolonel kapten letnan brigjen letjen mayjen gubernur
# Chinese, Japanese
主席 总统 總統 总理 總理 部长 部長 外长 外長 总书记 總書記 委员长 委員長 大使 省长 省長 市长 市長 将军 將軍 上将 上將 中将
中將 少将 少將 大校 上校 中校 少校 上尉 警监 警監 警督 首相 大統領 大臣
# Korean
대통령 총리 장관 위원장 국무위원장 장군 대장 중장 소장 준장 대령 중령 소령 의원 대사
# Greek, Hebrew, Hindi, Bengali
προεδροσ πρωθυπουργοσ υπουργοσ στρατηγοσ נשיא הנשיא שר השר אלוף राष्ट्रपति प्रधानमंत्री मंत्री राज्यपाल जनरल कर्नल
রাষ্ট্রপতি প্রধানমন্ত্রী মন্ত্রী
"""
"""In normal form (I2), separated by blanks; a line that begins with # names the languages of those below it."""

NAMES_TOO: Final = """
# English
general gen major maj colonel col lt captain commander admiral adm marshal corporal commodore inspector constable governor
mayor deputy chancellor chief judge justice king queen prince princess duke duchess count countess baron baroness lord lady
bishop cardinal pope father brother sister rabbi imam mufti emir sheriff doctor
# French
general commandant capitaine amiral gouverneur maire juge roi reine eveque comte comtesse duc duchesse baronne pere frere
soeur abbe
# Spanish, Italian, Portuguese
capitan almirante teniente sargento coronel alcalde diputado principe princesa obispo cardenal padre fray conde capitano
ammiraglio generale colonnello governatore vescovo cardinale principessa
# German, Turkish
kanzler hauptmann oberst konig konigin prinz prinzessin furst graf grafin freiherr bischof pater bakan baskan
# Russian, Ukrainian
посол маршал голова князь княгиня граф графиня барон царь король отец имам муфтий
# Arabic, Persian, Urdu
رييس وزير سفير سعادة مقدم ريیس وزیر الامير الاميرة الملك القايد الحاكم المفتي الامام
"""

RANKS: Final = """
general gen major maj colonel col lt captain commander admiral adm marshal corporal commodore general commandant capitaine
amiral capitan almirante teniente sargento coronel capitano ammiraglio generale colonnello oberst hauptmann
"""
"""Of NAMES_TOO: two in a row («Major General») are nobody's name, nor is one in the place of a given name («Okello, General»)."""

BESIDE: Final = """
vice deputy former acting first prime interim permanent under assistant senior chief special his her their the right most ex
excellency majesty highness holiness royal eminence staff police army air fleet rear field second warrant flight wing group
premiere ancien ancienne primer primera primeiro primeira division corps вице первый заместитель бывший экс старший младший
نايب dısisleri icisleri savunma adalet maliye
"""
"""Before and between titles, and none by themselves: «Deputy Prime Minister», «Rear Admiral», «His Excellency the Minister»."""
BEHIND: Final = "hon honourable honorable rtd retd ret"
"""Behind a title: «Major (Rtd)», «Senator the Hon»; elsewhere names."""

OF: Final = "of for the de del du des la le les und et der and"
DOMAINS: Final = """
foreign affairs defence defense interior justice finance health education agriculture energy trade labour labor culture
transport state police army republic parliament staff security home treasury environment commerce industry tourism
communications relations exteriores defensa justicia hacienda educacion salud estado republica etrangeres interieur finances
sante affaires republique etat brigada division ejercito relaciones иностранных дел обороны внутренних юстиции финансов
здравоохранения образования полиции الخارجية الدفاع الداخلية العدل المالية الصحة
"""
"""Of what somebody is a minister, a secretary or a general."""

THINGS: Final = """
hotel hotels restaurant club bar cafe cinema theatre school college academy hospital clinic church mosque temple museum
garden airport airlines airways aviation motors electric electronics mills foods beverages tobacco pharmaceuticals pharma
cement steel mining petroleum petrochemical gas power telecom telecommunications software consulting brokers travel tours
lines line star sea ocean pearl island river sky light spirit glory victory express voyager navigator explorer pioneer
carrier tanker vessel boat mv mt ss towers tower plaza palace street road house market store stores shop network media news
press radio television tv stadium assembly directorate administration department mall forces troops regiment battalion
brigades militia jamaat jamiat lashkar harakat гостиница отель ресторан завод фабрика школа университет больница банк 酒店
大厦 公司 银行 大学 饭店 호텔 은행 회사 فندق بنك شركة جامعة مدرسة مستشفى
"""
"""Beside which a rank or an office is part of what a firm, a place or a ship is called: «President Hotel», «General Motors»."""
