from django.urls import path

from . import views

urlpatterns = [
    path("", views.procedures),
    path("linh-vuc/<slug:field>/", views.by_field),
    path("<str:code>/", views.procedure),
    path("<str:code>/ban/<int:number>/", views.version),
    path("<str:code>/mau/<int:pk>/", views.form_file),
]
