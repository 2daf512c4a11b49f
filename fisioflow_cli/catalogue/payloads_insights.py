"""Insights of the language model."""

from pydantic import Field

from fisioflow_cli.catalogue.fields import Id
from fisioflow_cli.catalogue.payload import Payload


class PatientInsights(Payload):
    """`ai/patient.insights`."""

    patient_id: Id = Field(description="The patient.")
    organization_id: Id = Field(
        description="The organization that owns the patient, and is on FISIOFLOW_AI_ORGANIZATIONS."
    )
