"""Chinese and English as text: folding, search words, which language a short text is written in. No
models.
"""

from lingting.science.language.folding import fold, normalise, simplify
from lingting.science.language.identification import Language, identify_language
from lingting.science.language.words import index_tokens, query_terms

__all__ = ["Language", "fold", "identify_language", "index_tokens", "normalise", "query_terms", "simplify"]
