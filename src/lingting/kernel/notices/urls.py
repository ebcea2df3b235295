from django.urls import path

from lingting.kernel.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("bell/", views.bell, name="bell"),
    path("latest/", views.latest, name="latest"),
    path("reading/", views.reading, name="reading"),
    path("<int:notice_id>/", views.notice, name="notice"),
]
