"""Draws a piece of template as a page would, without a page."""

from django.template import Context, Template
from django_cotton.compiler_regex import CottonCompiler


def draw(markup: str, **context) -> str:
    return Template(CottonCompiler().process(markup)).render(Context(context))
