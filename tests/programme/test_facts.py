"""Every fact of the programme is on a page of a fresh install."""

import pytest

from exercises.models import Exercise
from tests.walk import words

FACTS = {
    "/": [
        "large collection of exercises", "cervical dystonia", "movement disorder of the neck", "a psychologist",
        "more than 20 years", "At 26", "always turned to the right", "It took a hand to bring the head back",
        "much pain, tremor and headache", "Center to down and Center to up", "re-enactment", "at 51", "moves normally",
        "many exercises every day", "Center to right and Center to left", "recovery is possible", "elite athlete",
        "consistency, discipline, willpower, constant work, tolerance for relapses, and intelligence", "neurologist",
        "Medical care", "decide together which modern treatments are right for you", "Psychological care",
        "a trauma can play a part", "need a specialist", "cognitive psychology", "daily training",
        "with clips to follow in each stage", "may not work in another",
        "No seaweed cures, no miracle healing and no religion",
        "No pills that your doctor does not know", "not about motivation", "not a lifestyle",
        "ask for medical advice at any time",
        "What the evidence says",
    ],
    "/stages/1/": [
        "although you do not want it to", "nearly all the time", "straight in situations without stress",
        "walk, hold things or talk",
        "3 months", "A lot", "Slow and smooth", "standing, sitting or lying", "watch a film",
        "at the table before a meal",
        "at the cinema", "at work", "on a chair", "on a bed", "invent your own exercises", "1 rule only",
        "3 hard months bring no results", "wore a neck collar for 3 more months", "only to exercise and to sleep",
        "a long time to wear a collar, and doctors will tell you so", "Always ask your doctor", "botulinum toxin",
        "against a collar for cervical dystonia, unless a doctor prescribes it", "Total neck movement",
        "stops and changes direction only at the final position", "Partial neck movement", "Shoulder and chest",
        "With help", "some help", "Never force",
    ],
    "/stages/2/": [
        "straight in some situations", "confident and optimistic", "a lot of daily work", "Very important",
        "the movement can get worse", "straight in most situations", "It seems that the problem is solved. It is not",
        "3 years", "Less", "strange feeling", "very, very slowly", "arms", "legs", "face", "eyes", "talking", "balls",
        "elastic bands", "weights", "bottles", "against dumbbells and upper-body machines", "Arms and neck",
        "Shoulders and neck", "Legs and neck", "With tools", "Face", "Third year",
    ],
    "/stages/3/": ["movements look normal", "tremor", "muscle tension", "No pain"],
    "/faq/": [
        "Can everyone solve their CD?", "No.", "difficult", "many relapses", "other problems", "a lot of time",
        "What if I don't believe in therapists?", "studies", "family", "friends", "hobbies", "Depression", "anxiety",
        "phobias", "health professional", "crisis line",
        "What if I don't want medicines or botulinum toxin?", "recover earlier",
        "1 or 2 years", "confident", "doctor", "What if I don't want to train that much?", "Look for another",
        "Mayo Clinic", "Ask your doctor, and show them this site", "many hours a day, over some years",
        "Not everyone can give that time", "How long does it take, in the author's view?", "all your life",
        "after 3 years",
        "nearly normal", "If I repeat these exercises, will I recover?", "open to help", "invent new exercises",
    ],
    "/problems/": [
        "Trembling limbs or lips", "Blepharospasm", "Dizziness", "Neck trembling", "Neck pain", "Headache",
        "Trouble swallowing", "Low mood and worry",
    ],
    "/problems/trouble-swallowing/": ["in the weeks after a botulinum toxin injection", "weak", "suddenly"],
    "/evidence/": [
        "110 people", "Both groups improved", "no advantage", "botulinum toxin", "established treatment",
        "1 person in 7", "relapse", "pain and disability",
    ],
}  # fmt: skip

EXERCISES = [
    "Right to left", "Down to up", "First diagonal", "Second diagonal", "Center to down", "Center to up",
    "Center to right", "Center to left", "Shoulder from center to up", "Slow chest motion",
    "Bottom to up with the hand", "Right to left with the hand", "Arms and neck", "Clapping", "Clapping hard",
    "Shoulders and neck", "Legs and neck", "Arms and legs", "Balloon down", "Balloon up", "Half-full bottle of water",
    "Up-down bottle", "Right-left bottle", "Face one", "Face two", "Face three", "Face four", "Face five", "Face six",
    "Extreme position",
]  # fmt: skip


@pytest.mark.parametrize("address", FACTS)
def test_every_fact_of_a_page_is_told(fetch, address):
    text = words(fetch(address).text)

    assert [fact for fact in FACTS[address] if fact.casefold() not in text.casefold()] == []


def test_every_exercise_has_its_page_and_says_when_to_stop(programme, fetch):
    names = [exercise.name.replace("{", "").replace("}", "") for exercise in Exercise.objects.published()]
    assert sorted(set(names), key=str.casefold) == sorted({*EXERCISES}, key=str.casefold)
    assert names.count("Right to left") == 2

    for exercise in Exercise.objects.published():
        text = words(fetch(exercise.get_absolute_url()).text)
        for sign in ["pain", "numbness", "weak", "dizz", "faint", "seeing", "speaking", "swallowing", "breathing"]:
            assert sign in text, f"{exercise.slug}: {sign}"


@pytest.mark.parametrize(
    ("slug", "ways"), [("clapping-hard", 6), ("up-down-bottle", 3), ("right-left-bottle", 3), ("arms-and-legs", 2)]
)
def test_repeated_titles_are_told_apart(fetch, slug, ways):
    text = words(fetch(f"/exercises/{slug}/").text)

    for number in range(1, ways + 1):
        assert f"{number} of {ways}" in text


def test_standing_arm_and_leg_exercises_carry_a_balance_note(programme):
    for exercise in Exercise.objects.published().prefetch_related("body_parts"):
        if exercise.standing or {part.slug for part in exercise.body_parts.all()} & {"arms", "legs"}:
            assert exercise.balance_note, exercise.slug


def test_unanswered_questions_wait_for_the_author(programme, fetch):
    text = words(fetch("/faq/").text)

    assert "How many hours a day" not in text
    assert "not motivated" not in text


def test_recovery_is_claimed_nowhere_without_the_evidence_beside_it(programme, fetch):
    for address in ["/", "/stages/1/", "/stages/2/", "/stages/3/", "/faq/"]:
        assert "What the evidence says" in words(fetch(address).text), address
