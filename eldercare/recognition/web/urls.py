from django.urls import path

from eldercare.recognition.web import views

app_name = "recognition"
urlpatterns = [path("recognition", views.recognition, name="page")]
