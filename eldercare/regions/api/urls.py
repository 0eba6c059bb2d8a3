from django.urls import path

from eldercare.regions.api.views import RegionsDoor

app_name = "regions_api"
urlpatterns = [path("regions", RegionsDoor.as_view(), name="regions")]
