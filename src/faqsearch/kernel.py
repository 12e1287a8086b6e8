"""Kernel: the inner loops of a search in C (`_kernel.c`), where the package was installed with a C compiler.

Without one, the same is done in numpy, which is also the reference the tests hold the kernel to. A search of 15,000
documents takes three to four times as long then (benchmarks/README.md).
"""

from __future__ import annotations

from types import ModuleType

compiled: ModuleType | None
try:
    from faqsearch import _kernel

    compiled = _kernel
except ImportError:  # no compiler where it was installed, or a Python the build was not made for
    compiled = None
