"""Frozen dataclasses that cost less than half to make: each command makes a hundred of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, field, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any, TypeVar, dataclass_transform, overload

C = TypeVar("C", bound=type)


@overload
def frozen(cls: C, /) -> C: ...
@overload
def frozen(
    *, eq: bool = True, kw_only: bool = False, repr: bool = True, slots: bool = True
) -> Callable[[C], C]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(
    cls: C | None = None,
    /,
    *,
    eq: bool = True,
    kw_only: bool = False,
    repr: bool = True,
    slots: bool = True,
) -> C | Callable[[C], C]:
    """The same as `dataclass(frozen=True, slots=True)`, with less source compiled for each class.

    `dataclass` itself finds the fields, makes the slots and forbids assignment. It would also write
    `__init__`, `__eq__`, `__hash__` and `__repr__` as text and compile that, which is most of its
    time; here they are closures over the fields. A new object takes about twice as long, so that
    what a spec has by the thousand (spans, nodes) stays with `dataclass`. Classes made by one may
    derive from classes made by the other. There are no `InitVar`s.
    """

    def made(plain: C) -> C:
        own = set(vars(plain))
        if vars(plain).get("__hash__") is None:  # as Python leaves it beside an `__eq__`
            own.discard("__hash__")
        setattr(plain, "__signature__", _SIGNATURE)  # noqa: B010 (mypy knows no such attribute)
        make: Any = dataclass(
            frozen=True, init=False, repr=False, eq=False, kw_only=kw_only, slots=slots
        )
        cls: C = make(plain)
        every = fields(cls)
        methods: dict[str, Callable[..., Any]] = {"__init__": _init(cls, every)}
        if repr:
            methods["__repr__"] = _repr(every)
        if eq:
            methods |= {"__eq__": _eq(every), "__hash__": _hash(every)}
        for name in methods.keys() - own:
            methods[name].__name__ = name
            methods[name].__qualname__ = f"{cls.__qualname__}.{name}"
            setattr(cls, name, methods[name])
        return cls

    return made if cls is None else made(cls)


_NONE: Any = object()
"""No default, since None may be one."""


def _default(of: Field[Any]) -> tuple[Any, Callable[[], Any] | None]:
    """A field's default, and what makes one."""
    factory = None if of.default_factory is MISSING else of.default_factory
    return _NONE if of.default is MISSING else of.default, factory


def _init(cls: type, every: tuple[Field[Any], ...]) -> Callable[..., None]:
    positional = tuple(f.name for f in every if f.init and not f.kw_only)
    asked = tuple((f.name, *_default(f)) for f in every if f.init)
    unasked = tuple((f.name, *_default(f)) for f in every if not f.init)
    unasked = tuple(f for f in unasked if f[1:] != (_NONE, None))
    optional = False
    for name, *default in asked:
        if name in positional and optional and default == [_NONE, None]:
            raise TypeError(f"non-default argument {name!r} follows default argument")
        optional |= name in positional and default != [_NONE, None]
    ends = hasattr(cls, "__post_init__")
    put = object.__setattr__

    def init(self: Any, /, *given: Any, **named: Any) -> None:
        if given:
            names = positional[: len(given)]
            if len(given) > len(names) or (named and not named.keys().isdisjoint(names)):
                raise _wrong_call(cls, given, named)
            named.update(zip(names, given, strict=True))
        unknown = len(named)
        for name, default, factory in asked:
            if name in named:
                unknown -= 1
                put(self, name, named[name])
            elif factory is not None:
                put(self, name, factory())
            elif default is not _NONE:
                put(self, name, default)
            else:
                raise _wrong_call(cls, (), named)
        if unknown:
            raise _wrong_call(cls, (), named)
        for name, default, factory in unasked:
            put(self, name, default if factory is None else factory())
        if ends:
            self.__post_init__()

    return init


def _wrong_call(cls: type, given: tuple[Any, ...], named: dict[str, Any]) -> TypeError:
    """The error that names the argument which is missing, unknown or given twice."""
    try:
        _signature(fields(cls)).bind(*given, **named)
    except TypeError as error:
        return TypeError(f"{cls.__qualname__}() {error}")
    raise AssertionError(f"{cls.__qualname__} takes these arguments")


def _repr(every: tuple[Field[Any], ...]) -> Callable[[Any], str]:
    shown = tuple(f.name for f in every if f.repr)

    def show(self: Any) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({inside})"

    return recursive_repr()(show)


def _eq(every: tuple[Field[Any], ...]) -> Callable[[Any, object], Any]:
    values = _values(tuple(f.name for f in every if f.compare))

    def equal(self: Any, other: object) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return values(self) == values(other)

    return equal


def _hash(every: tuple[Field[Any], ...]) -> Callable[[Any], int]:
    values = _values(tuple(f.name for f in every if (f.compare if f.hash is None else f.hash)))

    def hash_of(self: Any) -> int:
        return hash(values(self))

    return hash_of


def _values(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


class _LazySignature:
    """What `inspect.signature` and `help` show of a class, made when they ask."""

    def __get__(self, _: object, cls: type) -> inspect.Signature:
        for ancestor in cls.__mro__:
            if "__signature__" in vars(ancestor):
                break
            if own := vars(ancestor).get("__init__"):  # of `dataclass`, or written by hand
                signature = inspect.signature(own)
                return signature.replace(parameters=list(signature.parameters.values())[1:])
        return _signature(fields(ancestor))


_SIGNATURE = _LazySignature()


def _signature(every: tuple[Field[Any], ...]) -> inspect.Signature:
    asked = sorted((f for f in every if f.init), key=lambda f: bool(f.kw_only))
    return inspect.Signature([_parameter(f) for f in asked], return_annotation=None)


def _parameter(of: Field[Any]) -> inspect.Parameter:
    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    default, factory = _default(of)
    if factory is not None:
        default = _MADE
    elif default is _NONE:
        default = inspect.Parameter.empty
    return inspect.Parameter(of.name, kinds[bool(of.kw_only)], default=default, annotation=of.type)


class _Made:
    def __repr__(self) -> str:
        return "<factory>"


_MADE = _Made()
