"""How southern Chinese spell their names: Cantonese in Hong Kong and Macau, and whoever lives in Singapore and Malaysia.

Source: the Hong Kong government's romanisation; Macau's «Silabário Codificado de Romanização do Cantonense» (1985); family and
given names as the Hokkien, Teochew, Hakka and Cantonese of Singapore and Malaysia spell them, where no authority says how.
"""

from __future__ import annotations

import re

_INITIALS = {
    "ng": ("ng",), "gw": ("kw", "gw"), "kw": ("kw",), "b": ("p", "b"), "d": ("t", "d"), "g": ("k", "g"), "z": ("ch", "ts"),
    "c": ("ch", "ts"), "j": ("y",),
}  # fmt: skip
_FINALS = dict(
    row.split("=")
    for row in (
        "aa=a,aai=ai,aau=au,aam=am,aan=an,aang=ang,aap=ap,aat=at,aak=ak,am=am um,an=an un,ei=ei i ee,i=i ee,in=in een,iu=iu iew,"
        "o=o oh,oi=oi oy,ou=o ou,oe=eu,oeng=eung eong,oek=euk,eot=ut,eoi=ui,eon=un,u=u oo,uk=uk ook,un=un oon,ung=ung oong,"
        "yu=u yu yue,yun=uen un,yut=uet"
    ).split(",")
)
_MACAU_INITIALS = {
    "ng": "ng", "gw": "ku", "kw": "ku", "b": "p", "d": "t", "g": "k", "z": "ch", "c": "ch", "j": "i", "w": "v",
}  # fmt: skip
_MACAU_FINALS = dict(
    row.split("=")
    for row in (
        "aa=a,aai=ai,aau=ao,aam=am,aan=an,aang=ang,aap=ap,aat=at,aak=ak,au=ao,eng=eang,iu=io,ing=eng,ik=ek,oe=eu,oeng=eong,"
        "oek=eok,eoi=oi,eon=on,eot=ot,ung=ong,uk=ok,yu=u,yun=un,yut=ut"
    ).split(",")
)
_FAMILY_NAMES = (
    "陳陈tan 林lim 黃黄ng,ong,wee 吳吴goh,go,ng 李lee 張张teo,chong,cheong 王ong,heng 劉刘low,lau,liew 楊杨yeo,yong,yeoh "
    "蔡chua,tsai,choi 許许koh,kho,hui 鄭郑tay,teh,cheng 郭kuok,quek,kwok 洪ang 沈sim,sum 梁neo,leong 謝谢chia,cheah,tse "
    "羅罗loh,lor,law 曾chan,tsang 葉叶yap,yip 邱khoo,chew 周chew,chow 余yee 符foo 馮冯fung,pang 何ho,hoe 潘phua,poon "
    "方png,fong 溫温oon,wan 顏颜gan,ngan 白pek 胡oh,foo,woo 施see,si 倪geh,nga 戴tai 徐chee,hsu 朱choo,chu 蘇苏soh,so "
    "江kang,kong 唐tong,tng 詹chiam 莊庄chng,chong,ching 高ko 傅poh,foo 魏gooi 賴赖lai 鍾钟chong,chung 廖liew,liau 彭pang "
    "范fam 盧卢loo,lo 孫孙sng,suen 姚yeow,yiu 薛see,sit 杜toh,to 侯how 龔龚kong 卓toh 駱骆loke 陸陆loke,luk 馬马mah,ma 程ching "
    "呂吕loo,lui 柯kua,quah 歐欧ow,au 翁ang,yung 伍ng 岑shum 尤yew 湯汤tong 龍龙lung"
)
_GIVEN_NAMES = (
    "文boon,voon 明beng,meng 福hock,fook 興兴heng,hin 發发huat 美bee,mee 玉geok,giok 英eng,yin 蘭兰lan 山san 水swee,chwee "
    "德teck,tek,tuck 國国kok,kuok 春choon 順顺soon 安ann,aun 添thiam,tiam 寶宝poh 財财chai,chye 來来lai 和ho,hoe 平peng,ping "
    "慶庆kheng,keng 川chuan 全chuan 榮荣eng,weng 華华hua,hwa,wah 良leong,liang 志chee 忠tiong 仁jin,yen 義义ghee,gee 禮礼lay "
    "信sin 天thian,tian 光kong 木bok 石chio,sek 海hai,hye 清cheng,chin 祥siang,siong 瑞swee,sui 茂moh 盛seng "
    "昌cheong,chong 隆leong 利lee 源guan,goan 元guan 萬万ban,wan 進进chin 耀yau,yeow 宗chong,cheong 月guat,guek 秀siew "
    "麗丽lay,lee 珠choo 鳳凤hong 花hua,huay 梅moi,mui 蓮莲lian 香heong,hiang 芳fong,hong 心sim 愛爱ai,oi 真chin 珍chin,tin "
    "慧hui,hwee 淑sock,siok 貞贞cheng 雪suat,siew 雲云hoon,hun 金kim 錦锦kim,gim 欽钦khim 南nam,lam 東东tong,tang 中tiong "
    "正cheng,chia 永eng,weng 泰tai,thye 吉kiat,keat 傑杰kiat,kiet 炎yam,iam 堅坚keen,kian 建kian,kien 健kian 強强keong "
    "振chin 武boo 漢汉han 生seng 新sin 大tai,tua 細细soi,soo 小siew,sio 士su,see 思ser,su 子choo,tze 學学hak 益aik,yik 億亿aik "
    "亞亚ah 阿ah 素suh,soh 友yew,yeow 觀观kon,koon 基kee 記记kee 樂乐lock,luck 惠huey,hwee 敏min,bin 彬pin,bin 民min,bin "
    "賢贤hian,yen 鴻鸿hong 達达tat 道toh 賜赐su,soo 喜hee 麟lin,leng 輝辉hui,fai 合hup 權权kuan,khuan 松siong 景keng "
    "亮liang,leong 世say,see 康khong 寧宁leng,neng 樹树soo,chew 成seng,sing 兆siew 保poh 勝胜seng,sing 祿禄lok 貴贵kwee,kooi "
    "富hoo,foo 妹moi,mooi 嬌娇keow,kiew 娘neo,nio 銀银gin,ngan 鐵铁tiat,thit"
)
_LATIN = re.compile("[a-z,]+")


def hong_kong(jyutping: str) -> list[str]:
    """Return the spellings of a Cantonese syllable in Hong Kong, and where Cantonese live abroad."""
    initial, final = _cut(jyutping, tuple(_INITIALS))
    finals = _FINALS.get(final, final).split()
    spelt = [begun + rest for rest in finals for begun in _INITIALS.get(initial, (initial,))]
    return [re.sub("^yy", "y", latin) for latin in spelt]


def macau(jyutping: str) -> str:
    """Return the spelling of a Cantonese syllable in Macau."""
    initial, final = _cut(jyutping, tuple(_MACAU_INITIALS))
    begun, rest = _MACAU_INITIALS.get(initial, initial), _MACAU_FINALS.get(final, final)
    # The sound that «i» stands for is not written before itself, nor before the u of «yu».
    return rest if begun == "i" and (rest.startswith("i") or final.startswith("yu")) else begun + rest


def straits() -> dict[str, list[str]]:
    """Return the spellings of characters in Singapore and Malaysia, each by its traditional and its simplified form."""
    found = {}
    for row in (*_FAMILY_NAMES.split(), *_GIVEN_NAMES.split()):
        characters = _LATIN.sub("", row)
        found.update(dict.fromkeys(characters, row[len(characters) :].split(",")))
    return found


def _cut(jyutping: str, initials: tuple[str, ...]) -> tuple[str, str]:
    initial = next((known for known in initials if jyutping.startswith(known) and jyutping != known), "")
    if not initial and jyutping[:1] in "pmftnlkhws" and len(jyutping) > 1:
        initial = jyutping[0]
    return initial, jyutping[len(initial) :]
