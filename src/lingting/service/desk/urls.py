from __future__ import annotations

from django.urls import path, re_path

from lingting.service.desk.views import acts, bulk, cases, choices, composing, inbox, saved, settings

app_name = "desk"

urlpatterns = [
    path("", inbox.home, name="home"),
    path("counts/", inbox.counts, name="counts"),
    path("find/", inbox.find, name="find"),
    path("files/", composing.upload, name="upload"),
    path("colleagues/", composing.colleagues, name="colleagues"),
    path("bulk/", bulk.acts, name="bulk"),
    path("bulk/size/", bulk.size, name="bulk-size"),
    path("bulk/<slug:act>/options/", bulk.options, name="bulk-options"),
    path("views/", saved.views, name="views"),
    path("views/<int:view_id>/removal/", saved.removal, name="view-removal"),
    path("settings/canned/", settings.canned_replies, name="canned-replies"),
    path("settings/canned/new/", settings.canned_reply, name="canned-reply-new"),
    path("settings/canned/<int:reply_id>/", settings.canned_reply, name="canned-reply"),
    path("settings/canned/<int:reply_id>/removal/", settings.canned_reply_removal, name="canned-reply-removal"),
    path("settings/types/", settings.case_types, name="case-types"),
    path("settings/types/new/", settings.case_type, name="case-type-new"),
    path("settings/types/<int:type_id>/", settings.case_type, name="case-type"),
    path("settings/tags/", settings.tags, name="tags-list"),
    path("settings/tags/<int:tag_id>/", settings.tag, name="tag"),
    path("settings/tags/<int:tag_id>/removal/", settings.tag_removal, name="tag-removal"),
    path("cases/<int:case_id>/", cases.case, name="case"),
    path("cases/<int:case_id>/head/", cases.header, name="head"),
    path("cases/<int:case_id>/side/", cases.side, name="side"),
    path("cases/<int:case_id>/messages/", cases.messages, name="messages"),
    path("cases/<int:case_id>/saying/", composing.saying, name="saying"),
    path("cases/<int:case_id>/reading/", cases.reading, name="reading"),
    path("cases/<int:case_id>/signals/", cases.signal, name="signals"),
    re_path(r"^cases/(?P<case_id>\d+)/drafts/(?P<mode>reply|note)/$", composing.draft, name="draft"),
    path("cases/<int:case_id>/canned/", composing.canned, name="canned"),
    path("cases/<int:case_id>/choices/<slug:what>/", choices.choices, name="choices"),
    path("cases/<int:case_id>/assignment/", acts.assignment, name="assignment"),
    path("cases/<int:case_id>/closure/", acts.closure, name="closure"),
    path("cases/<int:case_id>/reopening/", acts.reopening, name="reopening"),
    path("cases/<int:case_id>/snooze/", acts.snooze, name="snooze"),
    path("cases/<int:case_id>/waking/", acts.waking, name="waking"),
    path("cases/<int:case_id>/queue/", acts.queue, name="queue"),
    path("cases/<int:case_id>/priority/", acts.priority, name="priority"),
    path("cases/<int:case_id>/type/", acts.kind, name="kind"),
    path("cases/<int:case_id>/subject/", acts.subject, name="subject"),
    path("cases/<int:case_id>/tags/", acts.tags, name="tags"),
    path("cases/<int:case_id>/links/", acts.links, name="links"),
    path("cases/<int:case_id>/links/<int:other_id>/removal/", acts.unlinking, name="unlinking"),
    path("<slug:view>/", inbox.inbox, name="inbox"),
    path("<slug:view>/rows/", inbox.rows, name="rows"),
]
