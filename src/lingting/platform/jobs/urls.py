from django.urls import path

from lingting.platform.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("<int:job_id>/retry/", views.retry, name="retry"),
]
