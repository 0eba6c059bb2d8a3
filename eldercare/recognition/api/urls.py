from django.urls import path

from eldercare.recognition.api.views import AgreementsDoor, CheckDoor

app_name = "recognition_api"
urlpatterns = [
    path("recognitions/check", CheckDoor.as_view(), name="check"),
    path("agreements", AgreementsDoor.as_view(), name="agreements"),
]
