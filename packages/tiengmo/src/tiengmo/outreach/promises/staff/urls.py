from django.urls import path

from . import views

urlpatterns = [
    path("", views.promises, name="outreach_promises"),
    path("moi/", views.write, name="outreach_promise_new"),
    path("<int:pk>/", views.promise, name="outreach_promise"),
    path("<int:pk>/<slug:verb>/", views.act, name="outreach_promise_act"),
]
