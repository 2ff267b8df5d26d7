"""What the programme's own texts say to keep people safe, and what they do not claim."""

import re
import tomllib

import pytest

from programme.files import TEXTS
from tests.walk import part, words

EXERCISES = sorted(TEXTS.glob("exercises/*.toml"))
EVERYTHING = sorted(TEXTS.rglob("*.toml"))
names = {"ids": lambda path: path.stem}


@pytest.mark.parametrize(
    "sign",
    [
        "an implant, such as a brain stimulator or a pacemaker",
        "rheumatoid arthritis",
        "hypermobile",
        "Ehlers-Danlos",
        "Down syndrome",
        "signs of the spinal cord",
        "a tear or narrowing of an artery in your neck",
        "under 18",
        "you are pregnant you faint or fall",
    ],
)
def test_people_at_risk_are_asked_to_see_a_doctor_first(programme, client, sign):
    assert sign in part(client.get("/before-you-start/").text, "ask-first")


@pytest.mark.parametrize(
    "sign",
    [
        "pulled suddenly, in the hours or days after a new medicine",
        "Medicines for sickness, dizziness or mental health",
        "jaw, tongue, eyes or throat are pulled too, call your local emergency number",
        "clumsy",
        "new weakness",
    ],
)
def test_a_sudden_pull_and_new_weakness_need_help_the_same_day(programme, client, sign):
    assert sign in part(client.get("/before-you-start/").text, "same-day")


@pytest.mark.parametrize(
    "sign", ["seeing", "speaking", "swallowing", "walking", "weak or numb", "face drops", "dizzy", "bladder"]
)
def test_the_emergency_list_is_the_first_thing_to_read(programme, client, sign):
    html = client.get("/before-you-start/").text

    assert sign in part(html, "emergency")
    assert html.index('id="emergency"') < html.index('id="ask-first"')


def test_nobody_is_told_to_exercise_while_eating(programme, client):
    for address in ["/stages/1/", "/before-you-start/", "/exercises/right-to-left/"]:
        shown = words(client.get(address).text)
        assert "or while you eat." not in shown, address
        assert "such as at the table or" not in shown, address
    assert "Never exercise while you eat or drink" in words(client.get("/stages/1/").text)


@pytest.mark.parametrize("address", ["/stages/1/", "/stages/2/", "/before-you-start/"])
def test_a_session_has_an_end(programme, client, address):
    shown = words(client.get(address).text)

    assert "10 to 15 minutes" in shown
    assert "head shakes or pulls more than when you began" in shown


def test_own_exercises_stay_comfortable_and_are_shown_to_a_therapist(programme, client):
    shown = words(client.get("/stages/1/").text)

    assert "range that is comfortable" in shown
    assert "Show a new exercise to your therapist first" in shown


def looks_up(data):
    """Whether an exercise lifts the chin above the horizon, in one of its ways at least."""
    ways = [*data["steps"], *(variation["how"] for variation in data.get("variations", []))]
    return any(
        re.search(r"look (a little )?up|above your (forehead|head)|a little up\b|from up on|chin rises", way)
        for way in ways
        if "eyes only" not in way
    )


@pytest.mark.parametrize("path", EXERCISES, **names)
def test_looking_up_waits_for_a_doctor_when_somebody_is_dizzy(path):
    data = tomllib.loads(path.read_text())
    if looks_up(data):
        for sign in ["dizzy", "arthritis", "artery", "ask your doctor first", "until then"]:
            assert sign in data["caution"], sign


@pytest.mark.parametrize("slug", ["first-diagonal", "second-diagonal"])
def test_the_diagonals_come_last(programme, client, slug):
    assert "Do this exercise last." in words(client.get(f"/exercises/{slug}/").text)
    assert "Do the 2 diagonals last." in words(client.get("/stages/1/").text)


def test_a_bottle_is_small_and_never_forbidden_and_asked_for_at_once(programme, client):
    for slug in ["half-full-bottle-of-water", "up-down-bottle", "right-left-bottle"]:
        shown = words(client.get(f"/exercises/{slug}/").text)
        assert "half a litre at most" in shown
        assert "never a weight" not in shown
        assert "a moving load" not in shown


@pytest.mark.parametrize("address", ["/problems/headache/", "/problems/neck-pain/"])
def test_a_stiff_neck_alone_is_no_emergency(programme, client, address):
    shown = words(client.get(address).text)

    assert "a headache with a fever and a stiff neck" in shown
    assert "rash that does not fade" in shown
    assert "a fever, a stiff neck or a rash" not in shown


def test_a_tender_scalp_is_asked_about_the_same_day(programme, client):
    shown = words(client.get("/problems/headache/").text)

    same_day = shown.index("Ask for medical advice the same day if:")
    assert same_day < shown.index("it hurts to comb your hair") < shown.index("Ask your doctor for an appointment if:")


def test_low_mood_has_a_page_with_help_the_same_day_and_at_once(programme, client):
    shown = words(client.get("/problems/low-mood-and-worry/").text)

    for sign in ["depression", "anxiety", "phobia", "same day", "hopeless", "end your life", "emergency department"]:
        assert sign in shown, sign
    assert "/problems/low-mood-and-worry/" in client.get("/faq/").text


@pytest.mark.parametrize(
    "claim",
    [
        "made it to get over CD, and shares it here",
        "How long does full recovery take?",
        "You say CD can be healed",
        "A trauma may be tied to your CD",
        "hospital advice is against",
        "is not wanted",
        "are not wanted",
        "the way you chose",
        "a very great deal",
        "without your wish",
        "irregular pills",
        "life style",
        "advisable",
        "No seaweed,",
        'It seems that the problem is solved. It is not, so the work goes on."\n',
    ],
)
def test_no_text_claims_too_much_or_trips_over_its_words(claim):
    assert [path.name for path in EVERYTHING if claim in path.read_text()] == []


@pytest.mark.parametrize("path", EXERCISES, **names)
def test_the_purpose_says_what_the_exercise_is_for(path):
    assert tomllib.loads(path.read_text())["purpose"].startswith("For ")


def test_pain_is_no_goal(programme, client):
    assert "A lot. Tell your doctor" not in words(client.get("/stages/1/").text)
    assert "The author had no pain at this stage" in words(client.get("/stages/3/").text)


@pytest.mark.parametrize("address", ["/stages/1/", "/start/"])
def test_a_head_that_is_held_still_is_meant_too(programme, client, address):
    assert re.search("moves,? or is pulled", words(client.get(address).text))


@pytest.mark.parametrize("address", ["/stages/1/", "/evidence/"])
def test_advice_on_collars_is_called_advice(programme, client, address):
    shown = words(client.get(address).text)

    assert "the advice for patients is against a collar" in shown
    assert "This is advice. We know of no study of collars in CD." in shown


def test_one_rule_for_the_spelling_of_the_middle(programme, client):
    assert "author's spelling" in words(client.get("/about/").text)
    for path in EVERYTHING:
        text = re.sub(r"^name = .*$|Center to [{\w]+", "", path.read_text(), flags=re.MULTILINE)
        assert not re.search(r"\bcenter\b", text, re.IGNORECASE), path.name


EVIDENCE = {  # size of the study: where to read it
    "14 studies": "https://bmcneurol.biomedcentral.com/articles/10.1186/s12883-023-03473-3",
    "110 people": "https://abdn.elsevierpure.com/en/publications/a-randomized-trial-of-specialized-versus-standard",
    "96 people": "https://research.hva.nl/en/publications/long-term-specialized-physical-therapy",
    "20 people": "https://doi.org/10.1177/0269215512456221",
    "91 people": "https://doi.org/10.5334/tohm.867",
    "128 people": "https://doi.org/10.1007/s00702-023-02707-5",
    "25 and 17 people": "https://doi.org/10.1002/brb3.2541",
    "a review by experts": "https://doi.org/10.3389/dyst.2025.14695",
    "32 reports": "https://doi.org/10.3389/dyst.2025.14545",
    "15 people": "https://doi.org/10.3389/dyst.2021.10015",
    "34, 8 and 44 people": "https://doi.org/10.2196/45986",
    "200 people planned": "https://doi.org/10.1186/s13063-021-05705-8",
}


@pytest.mark.parametrize("size", EVIDENCE)
def test_each_study_tells_its_size_its_source_and_how_sure_one_can_be(programme, client, size):
    html = client.get("/evidence/").text
    paragraph = next(text for text in re.findall(r"<p>.*?</p>", html, re.DOTALL) if f"Size: {size}" in text)

    assert "How sure: " in paragraph
    assert f'href="{EVIDENCE[size]}' in paragraph


def test_the_evidence_in_short_promises_no_cure(programme, client):
    shown = part(client.get("/evidence/").text, "in-short")

    assert "No trial has shown that one programme is better than ordinary advice." in shown
    assert "No trial has shown that exercise heals CD." in shown
