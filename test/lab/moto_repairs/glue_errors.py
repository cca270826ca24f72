"""Refusals in Glue's words."""

from moto.glue.exceptions import GlueClientError


def refuse(code, message):
    raise GlueClientError(code, message)


def refuse_longer(member, items, maximum):
    if len(items or []) > maximum:
        constraint = f"Member must have length less than or equal to {maximum}"
        refuse("ValidationException", f"1 validation error detected: Value at '{member}' failed to satisfy constraint: {constraint}")


def refuse_above(member, value, maximum):
    if value is not None and not 1 <= int(value) <= maximum:
        constraint = f"Member must have value between 1 and {maximum}"
        refuse("ValidationException", f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}")
