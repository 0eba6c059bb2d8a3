from django.urls import path

from assessments.web import family, views

app_name = "assessments"
urlpatterns = [
    path("assessments/", views.listed, name="list"),
    path("assessments/<uuid:assessment_id>/", views.detail, name="detail"),
    path("assessments/<uuid:assessment_id>/record", views.record, name="record"),
    path("assessments/<uuid:assessment_id>/conclude", views.conclude, name="conclude"),
    path("assessments/<uuid:assessment_id>/send-back", views.send_back, name="send_back"),
    path("assessments/<uuid:assessment_id>/contest", family.contest, name="contest"),
    path("assessments/<uuid:assessment_id>/cancel", family.cancel, name="cancel"),
    path("elders/<uuid:elder_id>/assessment", family.elder, name="elder"),
]
