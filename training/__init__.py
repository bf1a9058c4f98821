"""Training of what Entente ships learned: today the transliteration of five scripts (docs/rules/identity.md I22).

`pairs` the CC0 token pairs · `em` chunks and their counts, by expectation maximisation · `han` readings of Han characters and
`hangul` spellings of Korean names, which few pairs hold · `vocabulary` search among all Latin tokens, for the scores ·
`calibrate` scores and the logistic functions · `write` the model file and its card. Nothing of it is imported by the product.
"""
