"""A Milvus Lite server of our own on 127.0.0.1: the stand-in for a cluster that several processes can use."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from contextlib import closing
from pathlib import Path

import pytest


def lite_server_command():
    """The command that starts a server; skips the test where there is none."""
    pytest.importorskip("pymilvus", reason="needs faqsearch[milvus]")
    pytest.importorskip("milvus_lite", reason="needs faqsearch[milvus]")
    beside = Path(sys.executable).with_name("milvus-lite")
    command = str(beside) if beside.exists() else shutil.which("milvus-lite")
    if command is None:
        pytest.skip("needs the command milvus-lite")
    return command


def free_port():
    """A port nobody listens on."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class LiteServer:
    """A server process over a folder of data; it can be killed and started again at the same address."""

    def __init__(self, data):
        self.command = lite_server_command()
        self.data = Path(data)
        self.port = free_port()
        self._process = None

    def address(self, name):
        """The address of an index there."""
        return f"milvus://127.0.0.1:{self.port}/{name}"

    def start(self):
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(
            [self.command, "server", "--data-dir", self.data, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            with closing(socket.socket()) as tried:
                tried.settimeout(0.2)
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise RuntimeError("milvus-lite did not start")

    def kill(self):
        """End it as a crash does."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self):
        """End it, and wait until it is gone."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        self.stop()


def import_milvus():
    """Import pymilvus, whose own dependencies may warn; skips the test where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("pymilvus", reason="needs faqsearch[milvus]")
