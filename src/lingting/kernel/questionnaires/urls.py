from __future__ import annotations

from django.urls import path

from lingting.kernel.questionnaires.views import results, writing

app_name = "questionnaires"

urlpatterns = [
    path("", writing.questionnaires, name="questionnaires"),
    path("new/", writing.new, name="new"),
    path("import/", writing.bringing_in, name="import"),
    path("<int:form_id>/", writing.questionnaire, name="questionnaire"),
    path("<int:form_id>/draft/", writing.editor, name="editor"),
    path("<int:form_id>/draft/discarding/", writing.discarding, name="discarding"),
    path("<int:form_id>/publication/", writing.publication, name="publication"),
    path("versions/<int:version_id>/", writing.version, name="version"),
    path("versions/<int:version_id>/preview/", writing.preview, name="preview"),
    path("versions/<int:version_id>/draft/", writing.starting, name="starting"),
    path("versions/<int:version_id>/definition/", writing.definition, name="definition"),
    path("<int:form_id>/statistics/", results.statistics, name="statistics"),
    path("<int:form_id>/responses/", results.responses, name="responses"),
    path("responses/<int:response_id>/", results.response, name="response"),
]
