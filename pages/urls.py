"""Addresses of home, search, *Where do I start?*, the sitemap and the site's own pages."""

from django.urls import path

from pages import views
from pages.sitemaps import sitemap

app_name = "pages"
urlpatterns = [
    path("", views.home, name="home"),
    path("start/", views.start, name="start"),
    path("search/", views.search, name="search"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("<slug:slug>/", views.page_detail, name="detail"),  # last: any other word is the address of a page
]
