"""Articles: one subject in several languages, each text with its versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.kernel.organisation.models import BilingualName
from lingting.platform.files.models import StoredFile
from lingting.platform.search import VectorField, index_for


class Category(BilingualName):
    """A shelf of the knowledge base; shelves may stand in one another."""

    key = models.SlugField(unique=True, max_length=60)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    icon = models.CharField(_("icon"), max_length=40, default="book")
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("category")
        ordering = ["order", "id"]


class Subject(models.Model):
    """What an article is about, whatever the language; its texts hang on it."""

    key = models.SlugField(unique=True, max_length=80)
    category = models.ForeignKey(Category, models.PROTECT, related_name="subjects", verbose_name=_("category"))
    audience = models.CharField(
        _("audience"), max_length=8, default="public", choices=[("public", _("public")), ("internal", _("internal"))]
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    review_date = models.DateField(_("review on"), null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("article subject")


class ArticleQuerySet(models.QuerySet["Article"]):
    """Filters of articles."""

    def published(self) -> ArticleQuerySet:
        return self.filter(state="published")

    def public(self) -> ArticleQuerySet:
        """What customers may read: published, and not for staff only. Every public read goes through here."""
        return self.published().filter(subject__audience="public")

    def in_language(self, language: str) -> ArticleQuerySet:
        return self.filter(language=language)


class Article(models.Model):
    """The text of a subject in one language: what is published now, and a draft beside it.

    `html` is sanitised. Every publication is kept as a `Version`; `state` is draft, published or withdrawn.
    `drafted_at` is set while the draft holds something that is not published; `draft_number` grows with every save of
    it, so that two editors notice each other.
    """

    STATES = [("draft", _("draft")), ("published", _("published")), ("withdrawn", _("withdrawn"))]
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="articles")
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(max_length=120, allow_unicode=True)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    html = models.TextField(_("text"), blank=True)
    text = models.TextField(blank=True)
    keywords = models.CharField(_("keywords"), max_length=300, blank=True)
    draft_title = models.CharField(max_length=160, blank=True)
    draft_html = models.TextField(blank=True)
    draft_summary = models.CharField(max_length=300, blank=True)
    draft_keywords = models.CharField(max_length=300, blank=True)
    draft_number = models.PositiveIntegerField(default=0)
    drafted_at = models.DateTimeField(null=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=STATES, default="draft")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    helpful_count = models.PositiveIntegerField(default=0)
    unhelpful_count = models.PositiveIntegerField(default=0)
    use_count = models.PositiveIntegerField(default=0)
    vector = VectorField()

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        constraints = [
            models.UniqueConstraint(fields=["subject", "language"], name="article_once_per_language"),
            models.UniqueConstraint(fields=["language", "slug"], name="article_slug_once"),
        ]
        indexes = [
            index_for("vector", name="article_search"),
            models.Index(fields=["-published_at", "-id"], name="article_recent", condition=models.Q(state="published")),
        ]

    def __str__(self) -> str:
        return self.title or self.draft_title

    @property
    def has_draft(self) -> bool:
        """Whether something is written that is not published."""
        return self.drafted_at is not None

    @property
    def is_published(self) -> bool:
        return self.state == "published"


class Picture(models.Model):
    """A picture that was put into an article: whoever may read the article may see it."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="pictures")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "file"], name="article_picture_once")]


class Version(models.Model):
    """A publication of an article, frozen."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    html = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="article_version_once")]


class Use(models.Model):
    """An article was put into an answer or read by someone: the base of usage and gap reports."""

    KINDS = [("read", _("read")), ("insert", _("put into an answer")), ("link", _("link sent"))]
    article = models.ForeignKey(Article, models.CASCADE, related_name="uses")
    kind = models.CharField(max_length=10, choices=KINDS)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()


class SearchMiss(models.Model):
    """A search that found nothing: what the knowledge base lacks."""

    PLACES = [("help", _("help centre")), ("desk", _("desk")), ("knowledge", _("knowledge base"))]
    words = models.CharField(max_length=200)
    place = models.CharField(max_length=10, choices=PLACES)
    language = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="search_miss_recent")]
