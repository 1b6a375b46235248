"""Parts of the editor's form that show what was saved instead of asking for something."""

from __future__ import annotations

from typing import Any

from wagtail.admin.panels import Panel

from tiengmo.newsroom import panels
from tiengmo.newsroom.forms_of import previews, problems_of


class FormsPanel(Panel):
    """Each chosen channel's form of the last saved version, and what it still lacks."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "newsroom/panels/forms.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            saved = self.instance if self.instance is not None and self.instance.pk else None
            if saved is not None and not self.form.is_bound:
                context["previews"] = previews(saved)
                context["problems"] = problems_of(saved, at_clearing=False)
            context["is_saved"] = saved is not None
            return context


class ReachPanel(Panel):
    """What the audience picked so far would reach, from whichever app knows (reach)."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "newsroom/panels/reach.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            if self.instance is not None and self.instance.audience:
                context["panels"] = panels.render_panels(
                    panels.AUDIENCE,
                    self.request,
                    audience=self.instance.audience,
                    channels=self.instance.channels,
                )
            return context
