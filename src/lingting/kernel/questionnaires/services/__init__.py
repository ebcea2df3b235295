"""Writing, publishing and filling in forms: the door for other apps."""

from lingting.kernel.questionnaires.definitions import Condition, ItemDefinition, QuestionnaireDefinition, SectionDefinition
from lingting.kernel.questionnaires.services.drafting import (
    Frozen,
    change_draft,
    definition_of,
    discard_draft,
    import_questionnaire,
    new_questionnaire,
    start_draft,
)
from lingting.kernel.questionnaires.services.filling import BadAnswers, answers_in, respond
from lingting.kernel.questionnaires.services.publishing import NotSound, publish, publish_draft

__all__ = [
    "BadAnswers",
    "Condition",
    "Frozen",
    "ItemDefinition",
    "NotSound",
    "QuestionnaireDefinition",
    "SectionDefinition",
    "answers_in",
    "change_draft",
    "definition_of",
    "discard_draft",
    "import_questionnaire",
    "new_questionnaire",
    "publish",
    "publish_draft",
    "respond",
    "start_draft",
]
