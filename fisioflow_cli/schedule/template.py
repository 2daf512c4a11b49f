"""The files we print for other programs, as templates that look like them."""

from jinja2 import Environment, PackageLoader, StrictUndefined


def fill(name: str, **facts: object) -> str:
    """The text of the template `name`; UndefinedError if it asks for a fact that is missing.

    `${{ … }}` is GitHub's own, so ours are `<< … >>` and `<% … %>`.
    """
    environment = Environment(  # noqa: S701  # none of them is HTML
        loader=PackageLoader("fisioflow_cli.schedule"),
        undefined=StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(facts)
