from django.urls import path

from lingting.kernel.procedures.views import runs

app_name = "procedures"
urlpatterns = [
    path("steps/", runs.open_steps, name="open-steps"),
    path("steps/<int:step_run_id>/", runs.step, name="step"),
    path("readings/<int:version_id>/", runs.reading, name="reading"),
]
