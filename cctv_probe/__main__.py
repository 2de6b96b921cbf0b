"""`python -m cctv_probe`."""

from cctv_probe.cli import main

if __name__ == "__main__":
    main()
