from django.urls import path

from lingting.kernel.procedures.views import reports, runs, writing

app_name = "procedures"
urlpatterns = [
    path("steps/", runs.open_steps, name="open-steps"),
    path("steps/<int:step_run_id>/", runs.step, name="step"),
    path("steps/<int:step_run_id>/completion/", runs.completion, name="completion"),
    path("steps/<int:step_run_id>/skip/", runs.skip, name="skip"),
    path("steps/<int:step_run_id>/decision/", runs.decision, name="decision"),
    path("steps/<int:step_run_id>/taking/", runs.taking, name="taking"),
    path("steps/<int:step_run_id>/assignment/", runs.assignment, name="assignment"),
    path("runs/<int:run_id>/cancellation/", runs.cancellation, name="cancellation"),
    path("runs/<int:run_id>/move/", runs.move, name="move"),
    path("readings/<int:version_id>/", runs.reading, name="reading"),
    path("", writing.procedures, name="procedures"),
    path("new/", writing.sheet, name="new"),
    path("knowledge/", writing.knowledge, name="knowledge"),
    path("import/", writing.bringing_in, name="import"),
    path("<int:procedure_id>/", writing.procedure, name="procedure"),
    path("<int:procedure_id>/sheet/", writing.sheet, name="sheet"),
    path("<int:procedure_id>/draft/", writing.editor, name="editor"),
    path("<int:procedure_id>/draft/steps/", writing.new_step, name="new-step"),
    path("<int:procedure_id>/draft/steps/<slug:key>/place/", writing.step_place, name="step-place"),
    path("<int:procedure_id>/draft/steps/<slug:key>/removal/", writing.step_removal, name="step-removal"),
    path("<int:procedure_id>/draft/discarding/", writing.discarding, name="discarding"),
    path("<int:procedure_id>/publication/", writing.publication, name="publication"),
    path("<int:procedure_id>/report/", reports.report, name="report"),
    path("versions/<int:version_id>/", writing.version, name="version"),
    path("versions/<int:version_id>/definition/", writing.definition, name="definition"),
]
