from __future__ import annotations

from django.urls import path

from lingting.service.knowledge.views import desk, editing, reading, settings

app_name = "knowledge"

urlpatterns = [
    path("", reading.home, name="home"),
    path("find/", reading.find, name="find"),
    path("drafts/", editing.drafts, name="drafts"),
    path("new/", editing.new_article, name="article-new"),
    path("categories/<int:category_id>/", reading.category, name="category"),
    path("articles/<int:article_id>/", reading.article, name="article"),
    path("articles/<int:article_id>/opinion/", reading.opinion, name="opinion"),
    path("articles/<int:article_id>/edit/", editing.edit_article, name="edit"),
    path("articles/<int:article_id>/draft/", editing.draft, name="draft"),
    path("articles/<int:article_id>/draft/removal/", editing.draft_removal, name="draft-removal"),
    path("articles/<int:article_id>/preview/", editing.preview, name="preview"),
    path("articles/<int:article_id>/publication/", editing.publication, name="publication"),
    path("articles/<int:article_id>/withdrawal/", editing.withdrawal, name="withdrawal"),
    path("articles/<int:article_id>/pictures/", editing.pictures, name="pictures"),
    path("articles/<int:article_id>/versions/", editing.versions, name="versions"),
    path("articles/<int:article_id>/versions/<int:number>/", editing.version, name="version"),
    path("articles/<int:article_id>/versions/<int:number>/restoration/", editing.restoration, name="restoration"),
    path("articles/<int:article_id>/translation/", editing.translation, name="translation"),
    path("desk/search/", desk.search, name="desk-search"),
    path("desk/articles/<int:article_id>/", desk.article, name="desk-article"),
    path("desk/articles/<int:article_id>/uses/", desk.uses, name="desk-uses"),
    path("settings/categories/", settings.categories, name="categories"),
    path("settings/categories/new/", settings.category, name="category-new"),
    path("settings/categories/<int:category_id>/", settings.category, name="category-edit"),
    path("settings/categories/<int:category_id>/removal/", settings.category_removal, name="category-removal"),
]
