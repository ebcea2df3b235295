from __future__ import annotations

from django.urls import path

from lingting.service.crm.views import cards, customers, imports, merging, settings

app_name = "crm"

urlpatterns = [
    path("", customers.customers, name="customers"),
    path("new/", customers.new_customer, name="customer-new"),
    path("find/", customers.find, name="find"),
    path("export/<slug:form>/", customers.export, name="export"),
    path("filters/", customers.filters, name="filters"),
    path("filters/<int:filter_id>/removal/", customers.filter_removal, name="filter-removal"),
    path("duplicates/", merging.duplicates, name="duplicates"),
    path("merges/<int:merge_id>/undoing/", merging.undoing, name="merge-undoing"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new_import, name="import-new"),
    path("imports/<int:import_id>/", imports.one_import, name="import"),
    path("imports/<int:import_id>/application/", imports.application, name="import-application"),
    path("imports/<int:import_id>/progress/", imports.progress, name="import-progress"),
    path("imports/<int:import_id>/problems/", imports.problems, name="import-problems"),
    path("settings/tiers/", settings.tiers, name="tiers"),
    path("settings/tiers/new/", settings.tier, name="tier-new"),
    path("settings/tiers/<int:tier_id>/", settings.tier, name="tier"),
    path("settings/tiers/<int:tier_id>/removal/", settings.tier_removal, name="tier-removal"),
    path("settings/tags/", settings.tags, name="tags"),
    path("settings/tags/new/", settings.tag, name="tag-new"),
    path("settings/tags/<int:tag_id>/", settings.tag, name="tag"),
    path("settings/tags/<int:tag_id>/removal/", settings.tag_removal, name="tag-removal"),
    path("<int:customer_id>/", customers.customer, name="customer"),
    path("<int:customer_id>/edit/", customers.edit_customer, name="customer-edit"),
    path("<int:customer_id>/merge/", merging.choose, name="merge"),
    path("<int:customer_id>/merge/<int:other_id>/", merging.merge_two, name="merge-two"),
    path("<int:customer_id>/card/", cards.card, name="card"),
    path("<int:customer_id>/fields/<slug:field>/", cards.field, name="field"),
    path("<int:customer_id>/notes/", cards.notes, name="notes"),
    path("<int:customer_id>/notes/<int:note_id>/removal/", cards.note_removal, name="note-removal"),
    path("<int:customer_id>/points/", cards.points, name="points"),
    path("<int:customer_id>/points/<int:point_id>/removal/", cards.point_removal, name="point-removal"),
    path("<int:customer_id>/points/<int:point_id>/preference/", cards.point_preference, name="point-preference"),
]
