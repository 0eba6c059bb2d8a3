from django.urls import path

from assessments.api import views

app_name = "assessments_api"
urlpatterns = [
    path("assessments", views.AssessmentsDoor.as_view(), name="assessments"),
    path("assessments/score", views.ScoreDoor.as_view(), name="score"),
    path("assessments/agencies", views.AgenciesDoor.as_view(), name="agencies"),
    path("assessments/assessors", views.AssessorsDoor.as_view(), name="assessors"),
    path("assessments/<uuid:assessment_id>", views.AssessmentDoor.as_view(), name="assessment"),
    path("assessments/<uuid:assessment_id>/assign", views.AssignDoor.as_view(), name="assign"),
    path("assessments/<uuid:assessment_id>/record", views.RecordDoor.as_view(), name="record"),
    path("assessments/<uuid:assessment_id>/conclude", views.ConcludeDoor.as_view(), name="conclude"),
]
