"""A report as one page of HTML that needs nothing else: no network, no script; to be looked at or printed."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pressout_clinic.report import words
from pressout_clinic.report.charts import picture
from pressout_clinic.report.progress import COMPARED, Progress


def page(progress: Progress, now: datetime) -> str:
    """Give the page, as of `now`."""
    environment = Environment(
        loader=PackageLoader("pressout_clinic.report", "."), autoescape=True, undefined=StrictUndefined
    )
    moments = [visit.began for course in progress.courses for visit in course.visits]
    made: str = environment.get_template("page.html").render(
        progress=progress,
        # Our own drawing, made of numbers and escaped words.
        courses=[(course, course.weeks, Markup(picture(course))) for course in progress.courses],
        words=words,
        compared=COMPARED,
        first=f"{min(moments):%-d %b %Y}" if moments else "",
        last=f"{max(moments):%-d %b %Y}" if moments else "",
        made=f"{now:%-d %b %Y}",
    )
    return made
