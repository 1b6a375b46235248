from django.urls import include, path
from wagtail import urls as wagtail_urls

urlpatterns = [path("wagtail/", include(wagtail_urls))]
