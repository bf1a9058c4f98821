"""Greek.

ELOT 743 (1982, as in passports) = UN resolution V/19 (1987) first, then ISO 843:1997 type 1 and what Greek names are
usually written with (Yorgos, Dimitris, Christos). Accents and dialytika are gone (I2), so αϊ and αι are one.
"""

from entente.identity.standards.table import Table

TABLE = Table(
    "Grek",
    letters="""
α   a
β   v:9 b:1
γ   g:8 gh:1 y:1
[γ]ε g:4 y:4 gh:1 j:1
[γ]ι g:5 y:2 gi:1 j:1
[γ]η g:6 y:2
[γ]υ g:6 y:2
γι  gi:5 yi:1 y:3 j:1
γε  ge:5 ye:2 ge:1
γγ  ng:8 g:1
γξ  nx:8
γχ  nch:7 nh:2 nkh:1
γκ  gk:4 g:3 ng:2 nk:1
^[γκ] gk:4 g:6
δ   d:9 dh:1
ε   e
ζ   z
η   i:8 e:2
θ   th:9 t:1
ι   i:9 y:1
^[ι] i:8 y:1 j:1
κ   k:8 c:2
λ   l
μ   m
μπ  mp:6 b:4
^[μπ] mp:3 b:7
ν   n
ντ  nt:6 nd:2 d:2
^[ντ] nt:3 d:7
ξ   x:8 ks:2
ο   o
π   p
ρ   r
σ   s
[σ]$ s
τ   t
τζ  tz:8 j:1 dz:1
τσ  ts
υ   y:6 i:4
^[υ] y:5 i:3 hy:1
φ   f:6 ph:4
χ   ch:6 h:3 kh:2 x:1
ψ   ps
ω   o
αι  ai:6 e:4
ει  ei:6 i:5
οι  oi:6 i:3 e:1
υι  yi:6 i:2
ου  ou:7 u:3
αυ  av:6 af:1 au:3
[αυ]θ af:6 au:3 av:1
[αυ]κ af:6 au:3
[αυ]ξ af:6 au:3
[αυ]π af:6 au:3
[αυ]σ af:6 au:3
[αυ]τ af:6 au:3
[αυ]φ af:6 au:3
[αυ]χ af:6 au:3
ευ  ev:6 ef:1 eu:3
[ευ]θ ef:6 eu:3 ev:1
[ευ]κ ef:6 eu:3
[ευ]ξ ef:6 eu:3
[ευ]π ef:6 eu:3
[ευ]σ ef:6 eu:3
[ευ]τ ef:6 eu:3
[ευ]φ ef:6 eu:3
[ευ]χ ef:6 eu:3
ηυ  iv:6 if:2 iy:1
""",
)
