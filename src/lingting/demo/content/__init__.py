"""The demo centre's content: one invented business, its people, customers, knowledge and conversations.

It owns words and figures only (TOML, Markdown) and typed loaders for them; it writes nothing anywhere.
Nothing is read at import: each loader reads its file on its first call and keeps the result.
"""

from .reading import (
    CANNED_VARIABLES,
    DIALOGUE_VARIABLES,
    ContentError,
    article_categories,
    articles,
    canned_replies,
    company,
    contact_types,
    customer_pools,
    customers,
    dialogues,
    organisation,
    patterns,
    queue_plan,
)

__all__ = [
    "CANNED_VARIABLES",
    "DIALOGUE_VARIABLES",
    "ContentError",
    "article_categories",
    "articles",
    "canned_replies",
    "company",
    "contact_types",
    "customer_pools",
    "customers",
    "dialogues",
    "organisation",
    "patterns",
    "queue_plan",
]
