"""`faqsearch mcp`: tools for agents, over the Model Context Protocol."""

from __future__ import annotations

import signal

from faqsearch.cli.address import index_address
from faqsearch.cli.options import DebugOption, IndexOption


def mcp(*, index: IndexOption = None, debug: DebugOption = False) -> int:
    """Answer an agent over MCP.

    Speaks the Model Context Protocol on stdin and stdout until the client leaves; an agent's client starts it. Tools:
    search, show, suggest, related. An update of the index is seen with the next call.
    """
    from faqsearch.mcp import open_server

    server = open_server(index_address(index))
    # The SDK reads stdin in a thread that would hold Ctrl-C back until the next line. Nothing here needs tidying up.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    gone = False
    try:
        server.run()
    except* BrokenPipeError:
        gone = True
    if gone:  # raised up there it would come in a group
        raise BrokenPipeError
    return 0
