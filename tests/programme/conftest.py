import pytest

from tests.programme.small import EXERCISE, write


@pytest.fixture
def texts(tmp_path):
    """A small programme: one stage, one group, one exercise, one question, one problem, one page."""
    folder = tmp_path / "texts"
    write(folder / "defaults.toml", 'stop_if = """\nnew pain\ndizziness\n"""\nstop_then = "Rest."')
    write(
        folder / "stages/1.toml",
        """
        number = 1
        name = "Stage 1"
        summary = "For a beginner."
        checklist = ["You can sit", "You can turn"]
        how_to = "Slowly.\\n\\n- smooth\\n- slow"
        [[groups]]
        slug = "first"
        name = "First group"
        """,
    )
    write(folder / "body_parts.toml", '[[part]]\nslug="neck"\nname="Neck"\n[[part]]\nslug="arms"\nname="Arms"')
    write(folder / "exercises/turn.toml", EXERCISE)
    write(folder / "topics.toml", '[[topic]]\nslug = "time"\nname = "Time"')
    write(folder / "questions/how-long.toml", 'question = "How long?"\ntopic = "time"\nanswer = ""')
    write(
        folder / "problems/pain.toml",
        """
        name = "Pain"
        summary = "It hurts."
        what_it_is = "Pain."
        when_to_get_help = "- it is new"
        sources = [{ title = "Neck pain", publisher = "NHS", url = "https://example.org/" }]
        """,
    )
    write(
        folder / "pages/about.toml",
        'title = "About"\n[[sections]]\nkey = "who"\nheading = "Who"\nbody = "We."',
    )
    return folder
