"""Lists by key, without an exact count: `{"results", "next", "previous"}`."""

from rest_framework.pagination import CursorPagination


class ByKey(CursorPagination):
    """Twenty a page, newest first; `page_size` up to a hundred."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering = "-id"
