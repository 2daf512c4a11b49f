"""What every payload has in common, and what is said about one that does not fit."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Self, TypeVar, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from fisioflow_cli.catalogue.fields import Kind
from fisioflow_cli.errors import BadEvent

Model = TypeVar("Model", bound="Payload")


class Payload(BaseModel):
    """The `data` of an event: camelCase keys, and more of them than we know are kept as they are.

    null and "" count as not given: applications send both for what they do not have.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="allow",
        frozen=True,
        hide_input_in_errors=True,
        serialize_by_alias=True,
    )

    needs: ClassVar[str] = ""
    """What more it must have, in words."""
    note: ClassVar[str] = ""
    """What else the documentation says of it."""

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return cls.prepared({k: v for k, v in data.items() if v is not None and v != ""})

    @classmethod
    def prepared(cls, data: dict[str, Any]) -> dict[str, Any]:
        """The same data in the one form that is validated, where callers use several."""
        return data

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.is_complete():
            raise ValueError(self.needs)
        return self

    def is_complete(self) -> bool:
        """Whether it has what it `needs` beyond its single fields."""
        return True


def fit(model: type[Model], data: Mapping[str, Any], *, whole: str = "data") -> Model:
    """The payload; BadEvent names the first field that does not fit and what it must be, never what
    stood there. `whole` is the path of `data` in what the caller wrote.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    raise BadEvent(_sentence(model, found[0]["type"], found[0]["loc"], whole))


def _sentence(model: type[Payload], problem: str, location: tuple[Any, ...], whole: str) -> str:
    path, owner, field = whole, model, None
    for name, owner, field in _walk(model, location):  # noqa: B007  # the last one counts
        path += f".{name}"
    if field is None:
        return f"{path} must be {owner.needs or 'an object'}."
    if problem == "missing":
        return f"{path} is missing; it must be {words(field)}."
    return f"{path} must be {words(field)}."


def _walk(
    model: type[Payload], location: tuple[Any, ...]
) -> Iterator[tuple[str, type[Payload], FieldInfo | None]]:
    """The parts of a path that the models themselves name; what a caller has named is left out."""
    owner: type[Payload] | None = model
    for part in location:
        if isinstance(part, int) and owner is not None:
            yield str(part), owner, None
            continue
        field = _field(owner, part)
        if field is None or owner is None:
            return
        yield str(part), owner, field
        owner = inner(field)


def _field(owner: type[Payload] | None, name: object) -> FieldInfo | None:
    fields = owner.model_fields.values() if owner is not None else ()
    return next((each for each in fields if name in {key(each), *others(each)}), None)


def others(field: FieldInfo) -> list[str]:
    """The other names that callers have for a field."""
    choices = field.validation_alias
    names: list[Any] = list(choices.choices) if isinstance(choices, AliasChoices) else []
    return [str(name) for name in names if name != key(field)]


def key(field: FieldInfo) -> str:
    """The name of a field in JSON."""
    return field.serialization_alias or field.alias or ""


def inner(field: FieldInfo) -> "type[Payload] | None":
    """The payload that a field holds, or a list of; None: it holds none."""
    return next((each for each in _parts(field.annotation) if _is_payload(each)), None)


def words(field: FieldInfo) -> str:
    """What a value of this field must be: "text", "one of email, whatsapp or push"."""
    parts: list[Any] = [*field.metadata, *_parts(field.annotation)]
    for part in parts:
        if isinstance(part, Kind):
            return part.words
        if get_origin(part) is Literal:
            *first, last = map(str, get_args(part))
            return f"{', '.join(first)} or {last}"
    most = next((part.max_length for part in parts if hasattr(part, "max_length")), None)
    return "a list of objects" if most is None else f"a list of 1 to {most:,} objects"


def _parts(annotation: Any) -> Iterator[Any]:
    """An annotation and all that it is made of, the outermost first."""
    yield annotation
    yield from getattr(annotation, "__metadata__", ())
    if get_origin(annotation) is not Literal:
        for each in get_args(annotation):
            yield from _parts(each)


def _is_payload(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, Payload)
