"""Short and pet forms of given names, by the names they stand for.

Written from general knowledge of each language's most frequent names; no list was copied. Each row: the full name in its
spellings, a colon, and the forms that stand for it. Words are compared folded (scripts.fold), so that Cyrillic, Greek or
Georgian writing needs no rows of its own. A form may stand for several names; two short forms never stand for each other, or
Sasha would be Alla by way of Alya.

Source: docs/rules/identity.md I24.
"""

from __future__ import annotations

from collections.abc import Iterator

from entente.identity.scripts import fold

_ROWS = """
# Russian, Ukrainian, Belarusian, Bulgarian
aleksandr alexander aleksander alexandr oleksandr aliaksandr: sasha sanya shura alex alik sashko oles
aleksandra alexandra oleksandra: sasha shura alya alex sandra
aleksey alexey aleksei alexei oleksiy oleksii: alyosha alesha lyosha lesha alex
anatoly anatoliy anatoli: tolya tolik
andrey andrei andriy andrii: andryusha andriyko
anna hanna ganna: anya anyuta nyura asya anka
anastasia anastasiya anastasiia: nastya asya nastia
antonina: tonya tonia
boris borys: borya bora
valentin valentyn: valya valik
valentina valentyna: valya
valery valeriy valerii: valera
vasily vasiliy vasyl vasili: vasya vaska
victor viktor: vitya vitek vic
vladimir volodymyr uladzimir: vova volodya vladik vovka vlado
vladislav vladyslav: vlad vladik slava
vyacheslav viacheslav: slava
galina halyna: galya halya
gennady gennadiy gennadii hennadiy: gena genka
georgy georgiy georgi heorhiy: gosha zhora gera goga
grigory grigoriy hryhoriy: grisha hrysha
daniil danylo danil: danya danila
daria darya dariya: dasha dashka
dmitry dmitriy dmitri dmytro dzmitry: dima mitya dimon
evgeny evgeniy yevgeny yevgeniy yevhen evgenii: zhenya jenya zheka eugene
evgenia yevgenia yevheniya evgeniya: zhenya
ekaterina yekaterina kateryna katerina: katya katyusha kate katia
elena yelena olena: lena alyona lenochka
elizaveta yelizaveta yelyzaveta: liza lizaveta
ivan: vanya vanka
irina iryna: ira irka
konstantin kostyantyn: kostya kostik
ksenia kseniya oksana: ksyusha
larisa larysa: lara lora
leonid: lyonya lenya
lyubov liubov lubov: lyuba luba
lyudmila ludmila lyudmyla: lyuda mila lusya
maria mariya mariia: masha marusya manya mariyka
margarita marharyta: rita margo
mikhail mykhailo mykhaylo mihail: misha mishka mykhas
nadezhda nadiya nadia: nadya
natalia nataliya natalya nataliia: natasha nata
nikolay nikolai mykola mikalai: kolya
oleg oleh: olezhka
olga olha volha: olya
pavel pavlo: pasha pavlik
petr pyotr petro piotr: petya
polina: polya
roman: roma
svetlana svitlana: sveta lana
sergey sergei serhiy serhii siarhei: seryozha serezha seryoga serge
semyon semen: syoma senya
sofia sofiya: sonya
stanislav stanislaw: stas slava stasik
stepan: styopa stepa
tamara: toma
tatiana tatyana tetiana tetyana: tanya
timofey tymofiy: tima
fyodor fedor fedir: fedya
yury yuri yuriy yurii iurii: yura
yulia yuliya iuliia: yulya
yakov yakiv: yasha
yaroslav: slava yarik
# Georgian, Armenian, Central Asian
giorgi: gia gio goga
ketevan: keti keto kato
nikoloz: nika niko
ekaterine: eka
hovhannes: hovik ivan
sargis: serzh sako
karapet garabed: karo garo
muhammad mohammad mohammed muhammed mohamed mohamad: md mohd muh mohd hammoudi mamadou
# English
anthony antony: tony
albert: bert al
alfred: alf fred alfie
andrew: andy drew
arthur: art
barbara: barb babs
benjamin: ben benny benji
catherine katherine kathryn: kate cathy kathy katie kitty
charles: charlie chuck chaz
christine christina: chris tina christy
christopher: chris kit topher
daniel: dan danny
david: dave davy
deborah: debbie deb
donald: don donny
dorothy: dot dolly
edward: ed eddie ted teddy ned
eleanor: ellie nell nora
elizabeth elisabeth: liz beth betty eliza lizzie libby betsy lisa bess
eugene: gene
frances: fran fanny
francis: frank
franklin: frank
frederick frederic: fred freddy freddie
gabriel: gabe
gerald: gerry jerry
gregory: greg
harold: harry hal
henry: harry hank hal
isabella isabel: bella izzy
jacob: jake
james: jim jimmy jamie jem
janet: jan
jeffrey geoffrey: jeff geoff
jennifer: jen jenny
jessica: jess jessie
john: jack johnny jon
jonathan: jon johnny
joseph: joe joey
joshua: josh
judith: judy
kenneth: ken kenny
kimberly: kim
laurence lawrence: larry laurie
leonard: len lenny leo
louis: lou louie
margaret: maggie meg peggy marge greta madge
martin: marty
mary: molly polly
matthew: matt
michael: mike mick mickey mikey
nathaniel nathan: nat nate
nicholas nicolas: nick nicky
oliver: ollie
pamela: pam
patricia: pat patty trish tricia
patrick: pat paddy rick
peter: pete
philip phillip: phil
rachel: rae
raymond: ray
rebecca: becky becca
richard: dick rick ricky rich richie
robert: bob bobby rob robbie bert
ronald: ron ronnie
rosemary: rose rosie
samuel: sam sammy
sarah: sally sadie
stephen steven: steve stevie
susan suzanne: sue susie
terence terrence: terry
theodore: ted teddy theo
theresa teresa: terry tess tessa
thomas: tom tommy
timothy: tim timmy
victoria: vicky tori
vincent: vince vinny
virginia: ginny
walter: walt wally
william: bill billy will willie liam
zachary: zach zack
# Spanish, Portuguese
alberto: beto
alejandro: alex ale jandro
antonio: tono toni tonho
concepcion: concha conchita
dolores: lola
eduardo: edu lalo
enrique: quique kike
ernesto: neto
fernando: nando fer
francisco: paco pancho curro kiko chico frasco
gerardo: gera
guadalupe: lupe
guillermo: memo guille
gustavo: tavo
ignacio: nacho
jesus: chucho chuy suso
joaquin: quino
jose: pepe cheo ze zeca
josefa: pepa
juan: juancho juanito
leonardo: leo
luis: lucho lula
manuel: manolo manu manny
mercedes: merche meche
miguel: miki
pedro: perico
pilar: pili
rafael: rafa
ricardo: richi rico
roberto: beto
rodrigo: rodri
rosario: charo
salvador: chava
santiago: santi chago
sebastian: sebas
teresa: tere
vicente: chente
joao: joaozinho
# Italian
alessandro: sandro ale
antonio: tonino toni
domenico: mimmo
francesco: franco ciccio checco
giovanni: gianni nino vanni
giuseppe: beppe pino peppe peppino
giuseppina: pina
lorenzo: renzo
luigi: gigi gino
salvatore: turi
vincenzo: enzo
# French
alexandre: alex sacha
catherine: cathy
dominique: dom
elisabeth: babette lise
frederic: fred
jacqueline: jackie
madeleine: mado
philippe: phil
sebastien: seb
stephane: steph
# German, Dutch, Scandinavian
andreas: andi
benedikt: bene
christian: chris
elisabeth: lisa elli sissi
franziska: franzi
friedrich: fritz fred
georg: jorg schorsch
gerhard: gerd
gunther: gunni
hans: hansi
heinrich: heinz heini
helmut: helli
johann johannes: hans hannes jan johan
josef joseph: sepp jupp beppo
katharina: kathi kati kathe
klaus: klausi
konrad: kurt
ludwig: lutz
magdalena: leni lena
margarethe: gretchen grete
maximilian: max
michael: michi
nikolaus: klaus niko
rudolf: rudi
sebastian: basti
siegfried: sigi
stefan stephan: steffen
susanne: susi
ulrich: uli
wilhelm: willi helmut wim
wolfgang: wolfi
cornelis: kees cor
jacobus: jaap koos
gerardus: gerrit
hendrik: henk
# Polish, Czech, Slovak, Serbian, Croatian, Hungarian, Romanian
aleksander: olek alek
agnieszka: aga
andrzej: jedrek
barbara: basia
bartosz: bartek
elzbieta: ela
ewa: ewka
grzegorz: grzesiek
jan: janek jas
jerzy: jurek
joanna: asia
jozef: jozek
katarzyna: kasia
krzysztof: krzysiek
magdalena: magda
malgorzata: gosia
maria: marysia
michal: michas
pawel: pawelek
piotr: piotrek
stanislaw: staszek stas
tadeusz: tadek
tomasz: tomek
wojciech: wojtek
zbigniew: zbyszek
zofia: zosia
frantisek: franta
jaroslav: jarda
jiri: jirka
josef: pepa
katerina: katka
vaclav: vasek
aleksandar: aca sasa
dragan: gagi
milorad: mile
nikola: nidza
slobodan: boban sloba
zoran: zoki
istvan: pista
jozsef: joska
laszlo: laci
sandor: sanyi
gheorghe: ghita gigi
ion: ionel nelu
# Greek
athanasios: thanasis nasos
dimitrios: dimitris mitsos
eleni: lena
evangelos: vangelis
georgios: giorgos yorgos
ioannis: yannis giannis
konstantinos: kostas kostis dinos
nikolaos: nikos
panagiotis: panos takis
spyridon: spyros
vasileios: vasilis
# Turkish
abdullah: apo
ibrahim: ibo
mehmet: memo
mustafa: mustik
suleyman: sulo
"""


def _rows() -> Iterator[tuple[list[str], list[str]]]:
    for line in _ROWS.splitlines():
        names, colon, forms = line.partition(":")
        if colon and not line.startswith("#"):
            yield names.split(), forms.split()


def _read() -> tuple[dict[str, frozenset[str]], dict[str, tuple[str, ...]]]:
    """Return the full names of each short form, folded, and the spellings that stand for each word either way."""
    full: dict[str, set[str]] = {}
    beside: dict[str, dict[str, None]] = {}
    for names, forms in _rows():
        for form in forms:
            full.setdefault(fold(form), set()).update(map(fold, names))
            beside.setdefault(fold(form), {}).update(dict.fromkeys(names))
        for name in names:
            beside.setdefault(fold(name), {}).update(dict.fromkeys(forms))
    return {form: frozenset(names) for form, names in full.items()}, {word: tuple(row) for word, row in beside.items()}


_STANDS_FOR, _BESIDE = _read()


def is_short_for(short: str, full: str) -> bool:
    """Tell whether a folded word is a short or pet form of another: «sasha» of «aleksandr».

    Source: docs/rules/identity.md I24.
    """
    return full in _STANDS_FOR.get(short, ())


def forms_beside(word: str) -> tuple[str, ...]:
    """Return what a Latin word may stand beside in another list: the names a short form stands for, the short forms of a name.

    Source: docs/rules/identity.md I24.
    """
    return _BESIDE.get(fold(word), ())
