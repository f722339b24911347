"""contact.set: set fields of the person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue, model_validator

from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.contact_fields import CONTACT, READ_ONLY
from botflow.flow.fields import Properties, WrongProperty
from botflow.flow.node_spec import Output, Outputs

FieldOfContact = Annotated[str, Field(min_length=1, max_length=64)]


class ContactSetProperties(Properties):
    """What to set."""

    fields: Annotated[dict[FieldOfContact, JsonValue], Field(min_length=1, max_length=50)]
    """Values by field: `name`, `language`, `timeZone`, or one that is declared. May hold templates; a value that is one
    template keeps its type. `null` or an empty text clears the field."""

    @model_validator(mode="after")
    def _can_be_written(self) -> ContactSetProperties:
        for name in self.fields:
            if name in READ_ONLY:
                raise WrongProperty(f"no flow writes the contact's {name!r}", "fields", name)
        return self


class ContactSet(NodeType):
    """Sets fields of the person, who keeps them in every conversation, workflow and channel.

    {id: remember, type: contact, actionType: set, properties: {fields: {name: "{{ name }}", language: de}}}

    A value that does not fit its field's type is not stored, and none of the others is: the node leaves by `error`,
    with the code `contact.value`. A run has no contact: there it leaves by `error` with `contact.nobody`.
    """

    name = "contact.set"
    title = "Set contact fields"
    section = "The person"
    icon = "user-pen"
    capabilities = ("idempotent",)
    reads_contact = True
    properties = ContactSetProperties

    def handles(self, properties: ContactSetProperties) -> tuple[str, ...]:
        return ("next", "error")

    def sets(self, properties: ContactSetProperties) -> tuple[str, ...]:
        return tuple(f"{CONTACT}.{name}" for name in properties.fields)

    def outputs(self, properties: ContactSetProperties) -> Outputs:
        return {name: Output(description="the value as it is stored") for name in properties.fields}

    def visit(self, properties: ContactSetProperties, scene: Scene) -> Visit:
        given = {name: scene.render_value(value) for name, value in properties.fields.items()}
        return Leave("next", scene.set_fields(given))
