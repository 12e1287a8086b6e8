"""The face agents see: tools over the Model Context Protocol, each calling one method of a `Searcher`."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from faqsearch.errors import MissingExtra

if TYPE_CHECKING:
    from mcp.server import MCPServer


def open_server(address: str) -> MCPServer:
    """Return an MCP server over an index; `run()` answers one client over stdin and stdout until it leaves.

    Args:
        address: An index folder. A newer generation of it is noticed with the next call.

    Raises:
        MissingExtra: The library `mcp` is not installed.
        FaqsearchError: The index cannot be opened; see `open_index`.
    """
    if find_spec("mcp") is None:
        raise MissingExtra("MCP needs the library mcp, which is not installed", hint="pip install 'faqsearch[mcp]'")
    from faqsearch.mcp.server import make_server
    from faqsearch.search import open_index

    return make_server(open_index(address))
