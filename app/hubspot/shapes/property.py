"""Properties and their groups, as HubSpot describes and takes them."""

from __future__ import annotations

from dataclasses import dataclass

from app.hubspot.shapes.shape import (
    Flag,
    Moment,
    Part,
    Parts,
    Shape,
    Text,
    Value,
    Whole,
    Words,
)


@dataclass(frozen=True, slots=True)
class PropertyOption:
    """One of the values that an enumeration takes."""

    value: str
    label: str = ""
    hidden: bool = False
    display_order: int = -1
    description: str | None = None


class PropertyOptionShape(Shape[PropertyOption]):
    """An option, read and written alike."""

    makes = PropertyOption
    value = Text(required=True)
    label = Text()
    hidden = Flag()
    display_order = Whole()
    description = Text()


@dataclass(frozen=True, slots=True)
class ModificationMetadata:
    """What cannot be changed about a property.

    Attributes:
        archivable: it can be deleted.
        read_only_definition: its label, type and so on stay as they are.
        read_only_options: its options stay as they are.
        read_only_value: writing it ends in READ_ONLY_VALUE.

    """

    archivable: bool = True
    read_only_definition: bool = False
    read_only_options: bool = False
    read_only_value: bool = False


class ModificationMetadataShape(Shape[ModificationMetadata]):
    """What cannot be changed about a property."""

    makes = ModificationMetadata
    archivable = Flag()
    read_only_definition = Flag()
    read_only_options = Flag()
    read_only_value = Flag()


@dataclass(frozen=True, slots=True)
class Property:
    """A property as HubSpot holds it.

    Attributes:
        name: internal, the one that calls use.
        label: as people see it.
        type: "string", "number", "date", "datetime", "enumeration", "bool"...
        field_type: how people enter it: "text", "select", "checkbox"...
        group_name: internal name of its group.
        options: of an enumeration.
        has_unique_value: records can be found by it.
        calculated: HubSpot works it out.
        hubspot_defined: the account did not make it.
        modification_metadata: what cannot be changed.
        created_at: epoch seconds, None when HubSpot did not say; the others likewise.

    """

    name: str
    label: str = ""
    type: str = ""
    field_type: str = ""
    group_name: str = ""
    description: str = ""
    options: tuple[PropertyOption, ...] = ()
    display_order: int = -1
    has_unique_value: bool = False
    hidden: bool = False
    form_field: bool = False
    calculated: bool = False
    calculation_formula: str = ""
    external_options: bool = False
    referenced_object_type: str = ""
    hubspot_defined: bool = False
    archived: bool = False
    data_sensitivity: str = ""
    sensitive_data_categories: tuple[str, ...] = ()
    modification_metadata: ModificationMetadata = ModificationMetadata()
    created_at: float | None = None
    updated_at: float | None = None
    archived_at: float | None = None

    @property
    def writable(self) -> bool:
        """Whether its value can be set."""
        return not (self.calculated or self.modification_metadata.read_only_value)


class PropertyShape(Shape[Property]):
    """A property."""

    makes = Property
    name = Text(required=True)
    label = Text()
    type = Text()
    field_type = Text()
    group_name = Text()
    description = Text()
    options = Parts(PropertyOptionShape())
    display_order = Whole()
    has_unique_value = Flag()
    hidden = Flag()
    form_field = Flag()
    calculated = Flag()
    calculation_formula = Text()
    external_options = Flag()
    referenced_object_type = Text()
    hubspot_defined = Flag()
    archived = Flag()
    data_sensitivity = Text()
    sensitive_data_categories = Words()
    modification_metadata = Part(ModificationMetadataShape())
    created_at = Moment()
    updated_at = Moment()
    archived_at = Moment()


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """What shall be different about a property; None leaves it as it is.

    The options are replaced as a whole: give all that shall be there.
    """

    label: str | None = None
    type: str | None = None
    field_type: str | None = None
    group_name: str | None = None
    description: str | None = None
    options: tuple[PropertyOption, ...] = ()
    display_order: int | None = None
    hidden: bool | None = None
    form_field: bool | None = None
    calculation_formula: str | None = None


class PropertyDraftShape(Shape[Value]):
    """What can be said about a property whenever it is written."""

    label = Text()
    type = Text()
    field_type = Text()
    group_name = Text()
    description = Text()
    options = Parts(PropertyOptionShape())
    display_order = Whole()
    hidden = Flag()
    form_field = Flag()
    calculation_formula = Text()


class PropertyChangeShape(PropertyDraftShape[PropertyChange]):
    """What shall be different about a property."""

    makes = PropertyChange


@dataclass(frozen=True, slots=True)
class NewProperty:
    """A property to be created; None leaves it to HubSpot.

    `has_unique_value` can be told only now: it never changes later.
    """

    name: str
    label: str
    group_name: str
    type: str = "string"
    field_type: str = "text"
    description: str | None = None
    options: tuple[PropertyOption, ...] = ()
    display_order: int | None = None
    has_unique_value: bool | None = None
    hidden: bool | None = None
    form_field: bool | None = None
    calculation_formula: str | None = None
    external_options: bool | None = None
    referenced_object_type: str | None = None
    data_sensitivity: str | None = None


class NewPropertyShape(PropertyDraftShape[NewProperty]):
    """A property to be created."""

    makes = NewProperty
    name = Text(required=True)
    has_unique_value = Flag()
    external_options = Flag()
    referenced_object_type = Text()
    data_sensitivity = Text()


@dataclass(frozen=True, slots=True)
class PropertyGroup:
    """A heading under which people find properties."""

    name: str
    label: str = ""
    display_order: int = -1
    archived: bool = False


class PropertyGroupShape(Shape[PropertyGroup]):
    """A group."""

    makes = PropertyGroup
    name = Text(required=True)
    label = Text()
    display_order = Whole()
    archived = Flag()


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group to be created (by name) or changed; None leaves it as it is."""

    name: str | None = None
    label: str | None = None
    display_order: int | None = None


class GroupDraftShape(Shape[GroupDraft]):
    """A group to be created or changed."""

    makes = GroupDraft
    name = Text()
    label = Text()
    display_order = Whole()


PROPERTY = PropertyShape()
PROPERTY_CHANGE = PropertyChangeShape()
NEW_PROPERTY = NewPropertyShape()
PROPERTY_GROUP = PropertyGroupShape()
GROUP_DRAFT = GroupDraftShape()
