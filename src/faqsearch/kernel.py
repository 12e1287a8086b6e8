"""Kernel: the inner loops of a search, and of a build, in C (`_kernel.c` and others), where the package was installed with a C compiler.

Without one, the same is done in numpy, which is also the reference the tests hold the kernel to. A whole search of
15,000 documents takes 3.4 to 3.7 times as long then (2.0 to 2.4 and 7.1 to 8.1 ms, three times in turns).
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Literal

_INTERFACE = 14
"""What `_kernel.c` calls its own."""

compiled: ModuleType | None
state: Literal["compiled", "missing", "outdated"] = "compiled"
"""Whether it is here; outdated: built from other sources than the rest of this package, and not used."""
try:
    # By name: not a module of Python, which import-linter would take for the whole package.
    compiled = import_module("faqsearch._kernel")
    if getattr(compiled, "INTERFACE", 0) != _INTERFACE:  # built from an older clone
        compiled, state = None, "outdated"
except ImportError:  # no compiler where it was installed, or a Python the build was not made for
    compiled, state = None, "missing"
