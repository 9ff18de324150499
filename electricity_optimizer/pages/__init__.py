"""Server-rendered pages: what a person looks at, without JavaScript, from the same answers that apps get."""

from electricity_optimizer.pages.routes import add_pages

__all__ = ["add_pages"]
