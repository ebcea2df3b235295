from __future__ import annotations

from django.urls import path

from lingting.service.complaints.views import export, handling, listing, settings, spotting

app_name = "complaints"

urlpatterns = [
    path("", listing.complaints, name="complaints"),
    path("export.<slug:form>", export.export, name="export"),
    path("new/", listing.new, name="new"),
    path("cases/<int:case_id>/filing/", handling.filing, name="filing"),
    path("<int:complaint_id>/classes/", handling.classes, name="classes"),
    path("<int:complaint_id>/answer/", handling.answer, name="answer"),
    path("<int:complaint_id>/compensation/", handling.compensation, name="compensation"),
    path("<int:complaint_id>/closure/", handling.closure, name="closure"),
    path("compensations/<int:compensation_id>/decision/", handling.decision, name="decision"),
    path("compensations/<int:compensation_id>/granting/", handling.granting, name="granting"),
    path("calls/<int:follow_up_id>/", handling.call, name="call"),
    path("hot-spots/", spotting.hot_spots, name="hot-spots"),
    path("measures/", spotting.measures, name="measures"),
    path("measures/new/", spotting.new_measure, name="measure-new"),
    path("measures/<int:measure_id>/ending/", spotting.measure_end, name="measure-end"),
    path("settings/", settings.catalogue, name="catalogue"),
    path("settings/limits/<int:limit_id>/removal/", settings.limit_removal, name="limit-removal"),
    path("settings/<slug:shelf>/", settings.catalogue, name="catalogue-shelf"),
    path("settings/<slug:shelf>/new/", settings.entry, name="entry-new"),
    path("settings/<slug:shelf>/<int:entry_id>/", settings.entry, name="entry"),
]
