from __future__ import annotations

from django.urls import path

from lingting.service.workorders.views import answering, asking, settings

app_name = "workorders"

urlpatterns = [
    path("", answering.orders, name="orders"),
    path("cases/<int:case_id>/", asking.ask, name="ask"),
    path("departments/", settings.departments, name="departments"),
    path("departments/new/", settings.department, name="department-new"),
    path("departments/<int:department_id>/", settings.department, name="department"),
    path("<int:order_id>/", answering.order, name="order"),
    path("<int:order_id>/reply/", asking.reply, name="reply"),
    path("<int:order_id>/withdrawal/", asking.withdrawal, name="withdrawal"),
    path("<int:order_id>/link/", asking.link, name="link"),
]
