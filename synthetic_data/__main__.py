"""`python -m synthetic_data`. Every process that helps to write a world imports this module again, and no more."""

if __name__ == "__main__":
    from etl.command_line import run
    from synthetic_data.commands import app

    raise SystemExit(run(app))
