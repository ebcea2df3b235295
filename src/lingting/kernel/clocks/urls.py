from django.urls import path

from lingting.kernel.clocks import views

app_name = "clocks"
urlpatterns = [
    path("settings/promises/", views.promises, name="promises"),
    path("settings/promises/kinds/<int:kind_id>/", views.kind_form, name="kind"),
    path("settings/promises/reasons/new/", views.reason_form, name="reason-new"),
    path("settings/promises/reasons/<int:reason_id>/", views.reason_form, name="reason"),
    path("clocks/<int:clock_id>/explanation/", views.explanation, name="explanation"),
]
