"""The program `windvane`: answers help and version at once, and imports the rest only for real work."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line on `sys.argv` and return the exit code."""
    from windvane.app.cli.help import answer

    arguments = sys.argv[1:]
    text = answer(arguments)
    if text is None:
        from windvane.app.cli.program import run

        return run(arguments)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads; without this the interpreter complains at exit
    return 0


if __name__ == "__main__":
    sys.exit(main())
