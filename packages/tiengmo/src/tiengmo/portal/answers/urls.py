from django.urls import path

from tiengmo.portal.answers import ask, views

urlpatterns = [
    path("hoi-dap/", views.answers),
    path("hoi-dap/chu-de/<slug:code>/", views.answers),
    path("hoi-dap/gui/", ask.ask),
    path("hoi-dap/cua-toi/<str:secret>/", ask.own),
    path("hoi-dap/<int:number>/", views.answer),
]
