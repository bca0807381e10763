"""Background work ends before the interpreter does."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from cosmos_compare.engines.local.background import Background


def test_a_program_ends_while_work_goes_on_in_the_background() -> None:
    """A daemon thread inside torch aborted the process at exit: `run` gave 134 while a compiler was at work."""
    script = """
        import time
        from cosmos_compare.engines.local.background import Background

        def work():
            try:
                while True:
                    sum(range(1000))
            except Exception:
                print("swallowed")
            finally:
                print("interrupted", flush=True)

        Background(work, "work")
        time.sleep(0.2)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


def test_work_that_ends_by_itself_is_let_go() -> None:
    done: list[int] = []
    thread = Background(lambda: done.append(1), "short")
    thread.join()
    thread._break_off()
    assert done == [1]
