"""The customer's own pages: open to whoever carries a pass."""

from __future__ import annotations

from django.urls import path

from lingting.service.portal.views import cases, entering

app_name = "portal"

urlpatterns = [
    path("", cases.home, name="home"),
    path("sign-in/", entering.sign_in, name="sign-in"),
    path("code/", entering.code, name="code"),
    path("sign-out/", entering.sign_out, name="sign-out"),
    path("l/<str:token>/", entering.link, name="link"),
    path("cases/<int:case_id>/", cases.case, name="case"),
    path("cases/<int:case_id>/messages/", cases.answer, name="answer"),
    path("cases/<int:case_id>/rating/", cases.rating, name="rating"),
]
