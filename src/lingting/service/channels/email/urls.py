from __future__ import annotations

from django.urls import path

from lingting.service.channels.email.views import composer, desk, letters, mailboxes, outbox, proof, quarantine

app_name = "email"

urlpatterns = [
    path("mailboxes/", mailboxes.mailbox_list, name="mailboxes"),
    path("mailboxes/new/", mailboxes.providers, name="new-mailbox"),
    path("mailboxes/new/<slug:provider>/", mailboxes.new_mailbox, name="new-mailbox-at"),
    path("mailboxes/check/", mailboxes.check, name="check-mailbox"),
    path("mailboxes/<int:mailbox_id>/", mailboxes.edit_mailbox, name="mailbox"),
    path("mailboxes/permitted/", proof.permitted, name="permitted"),
    path("mailboxes/<int:mailbox_id>/permission/", proof.permission, name="permission"),
    path("mailboxes/<int:mailbox_id>/records/", proof.records, name="records"),
    path("mailboxes/<int:mailbox_id>/dkim-key/", proof.dkim_key, name="dkim-key"),
    path("signatures/", mailboxes.signatures, name="signatures"),
    path("signatures/<int:team_id>/", mailboxes.signature, name="signature"),
    path("quarantine/", quarantine.held_list, name="quarantine"),
    path("quarantine/aside/", quarantine.aside, name="aside"),
    path("quarantine/<int:raw_id>/", quarantine.held, name="held"),
    path("quarantine/<int:raw_id>/original/", quarantine.original, name="held-original"),
    path("quarantine/<int:raw_id>/release/", quarantine.release, name="release"),
    path("quarantine/<int:raw_id>/removal/", quarantine.removal, name="removal"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("unreachable/", outbox.unreachable, name="unreachable"),
    path("unreachable/<int:suppression_id>/removal/", outbox.lifting, name="lifting"),
    path("messages/<int:message_id>/html/", desk.formatted, name="formatted"),
    path("messages/<int:message_id>/original/", desk.original, name="original"),
    path("messages/<int:message_id>/quoted/", desk.quoted, name="quoted"),
    path("cases/<int:case_id>/letter/", letters.letter, name="letter"),
    path("cases/<int:case_id>/recipients/", composer.recipients, name="recipients"),
    path("cases/<int:case_id>/draft/", composer.draft, name="draft"),
    path("letters/new/<int:customer_id>/", letters.new_letter, name="new-letter"),
    path("letters/<int:letter_id>/withdrawal/", letters.withdrawal, name="withdrawal"),
    path("letters/<int:letter_id>/departure/", letters.departure, name="departure"),
    path("letters/<int:letter_id>/repetition/", letters.repetition, name="repetition"),
]
