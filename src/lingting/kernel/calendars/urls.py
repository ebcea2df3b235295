from django.urls import path

from lingting.kernel.calendars import views

app_name = "calendars"
urlpatterns = [
    path("", views.calendars, name="calendars"),
    path("new/", views.calendar_form, name="calendar-new"),
    path("<int:calendar_id>/", views.calendar_year, name="calendar"),
    path("<int:calendar_id>/edit/", views.calendar_form, name="calendar-edit"),
    path("<int:calendar_id>/removal/", views.calendar_removal, name="calendar-removal"),
    path("<int:calendar_id>/special-hours/", views.special_hours, name="special-hours"),
    path("<int:calendar_id>/special-hours/<str:day>/removal/", views.special_hours_removal, name="special-hours-removal"),
    path("days/<int:table_id>/", views.day_table, name="day-table"),
    path("days/<int:table_id>/<int:year>/publication/", views.publication, name="publication"),
    path("days/<int:table_id>/years/", views.new_year, name="new-year"),
]
