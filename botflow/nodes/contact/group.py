"""contact.group: put the person into groups, and take them out of others."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.person.contact import checked_group
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties, WrongProperty
from botflow.flow.node_spec import Output, Outputs

Groups = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=1_000)], ...], Field(max_length=20)]


class ContactGroupProperties(Properties):
    """The groups."""

    join: Groups = ()
    """The groups to put the person into. A group that does not exist is made. May be templates."""
    leave: Groups = ()
    """The groups to take the person out of. May be templates."""

    @model_validator(mode="after")
    def _does_something(self) -> ContactGroupProperties:
        if not self.join and not self.leave:
            raise WrongProperty("name a group to join or to leave", "join")
        return self


class ContactGroup(NodeType):
    """Puts the person into groups, and takes them out of others.

    {id: regular, type: contact, actionType: group, properties: {join: [regulars], leave: [new guests]}}

    `{{ $contact.groups }}` is the list of a person's groups: `'regulars' in $contact.groups` is a condition. A name
    that no group can have leaves by `error`, with the code `contact.group_name`.
    """

    name = "contact.group"
    title = "Change groups"
    section = "The person"
    icon = "users"
    capabilities = ("idempotent",)
    reads_contact = True
    properties = ContactGroupProperties

    def handles(self, properties: ContactGroupProperties) -> tuple[str, ...]:
        return ("next", "error")

    def outputs(self, properties: ContactGroupProperties) -> Outputs:
        return {
            "joined": Output("list", "the groups that the person was put into"),
            "left": Output("list", "the groups that the person was taken out of"),
        }

    def visit(self, properties: ContactGroupProperties, scene: Scene) -> Visit:
        joined = [checked_group(scene.render(name)) for name in properties.join]
        left = [checked_group(scene.render(name)) for name in properties.leave]
        for group in left:
            scene.move(group, joins=False)
        for group in joined:
            scene.move(group, joins=True)
        return Leave("next", {"joined": joined, "left": left})
