from django.urls import path

from lingting.platform.files import views

app_name = "files"
urlpatterns = [path("<uuid:public_id>/<str:name>", views.download, name="download")]
