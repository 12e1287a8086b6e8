"""The compiled part of faqsearch; everything else is in pyproject.toml.

`optional`: without a C compiler the package installs all the same, and numpy does what the kernel would have done.
"""

import sys

from setuptools import Extension, setup

PARTS = ("kernel", "asking", "scoring", "vectors", "reading", "ranking", "texts")
# Sums as the reference makes them.
flags = ["/O2"] if sys.platform == "win32" else ["-O3", "-fvisibility=hidden", "-ffp-contract=off"]

setup(
    ext_modules=[
        Extension(
            "faqsearch._kernel",
            [f"src/faqsearch/_{part}.c" for part in PARTS],
            depends=["src/faqsearch/_kernel.h"],
            define_macros=[("Py_LIMITED_API", "0x030B0000")],
            py_limited_api=True,
            extra_compile_args=flags,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
