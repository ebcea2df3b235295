from django.urls import path

from lingting.platform.audit import views

app_name = "audit"
urlpatterns = [path("", views.change_list, name="changes")]
