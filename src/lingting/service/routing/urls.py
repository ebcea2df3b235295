from __future__ import annotations

from django.urls import path

from lingting.service.routing.views import conversations, mine, settings

app_name = "routing"

urlpatterns = [
    path("presence/", mine.presence, name="presence"),
    path("offers/", mine.offers, name="offers"),
    path("offers/<int:offer_id>/acceptance/", mine.acceptance, name="acceptance"),
    path("offers/<int:offer_id>/refusal/", mine.refusal, name="refusal"),
    path("wrap-ups/<int:assignment_id>/end/", mine.wrap_up_end, name="wrap-up-end"),
    path("conversations/<int:conversation_id>/transfer/", conversations.transfer, name="transfer"),
    path("conversations/<int:conversation_id>/consult/", conversations.consult, name="consult"),
    path("conversations/<int:conversation_id>/takeover/", conversations.takeover, name="takeover"),
    path("conversations/<int:conversation_id>/whisper/", conversations.whisper, name="whisper"),
    path("conversations/<int:conversation_id>/why/", conversations.why, name="why"),
    path("consults/<int:consult_id>/end/", conversations.consult_end, name="consult-end"),
    path("people/<int:account_id>/presence/", conversations.presence_of, name="presence-of"),
    path("queues/", settings.queues, name="queues"),
    path("queues/new/", settings.queue, name="queue-new"),
    path("queues/<int:queue_id>/", settings.queue, name="queue"),
    path("queues/<int:queue_id>/skills/", settings.skills, name="queue-skills"),
    path("queues/<int:queue_id>/skills/<int:need_id>/removal/", settings.skill_removal, name="queue-skill-removal"),
    path("queues/<int:queue_id>/members/", settings.members, name="queue-members"),
    path("queues/<int:queue_id>/members/<int:member_id>/removal/", settings.member_removal, name="queue-member-removal"),
    path("reasons/", settings.reasons, name="reasons"),
    path("reasons/new/", settings.reason, name="reason-new"),
    path("reasons/<int:reason_id>/", settings.reason, name="reason"),
]
