"""What `static/workshop/upload.js` says; words in braces are filled in by it."""

from django.utils.translation import gettext as _


def upload_texts() -> dict[str, str]:
    """Return every sentence of the script by its name, in the language of whoever asks."""
    return {
        "queued": _("Waiting for its turn."),
        "sending": _("Sending."),
        "facts": _("{sent} of {size}, {speed} a second, about {left} left"),
        "sentOf": _("{sent} of {size}"),
        "away": _("No connection. It goes on by itself, from the last byte, as soon as there is one."),
        "busy": _("This film is being sent in another window. This row follows it."),
        "signedOut": _("You are no longer signed in. Sign in again, and it goes on from the last byte."),
        "again": _("Half-way here. Choose the same file again, and it goes on from the last byte."),
        "elsewhere": _("Half-way here, to replace the film of a clip. Open the clip, and choose the same file again."),
        "unreadable": _("The file can no longer be read. Choose it again, and it goes on from the last byte."),
        "sent": _("Sent."),
        "needsExercise": _("Sent. Choose the exercise it shows."),
        "needsMade": _("Sent. Say above how the film was made."),
        "checking": _("Sent. The film is being checked."),
        "converting": _("Converting, {progress} %."),
        "ready": _("Ready. Visitors do not see it yet."),
        "published": _("Published."),
        "replaced": _("Ready. Visitors see the new film."),
        "failed": _("Not usable."),
        "refused": _("Not sent."),
        "cancelled": _("Cancelled. You can undo this for ten seconds."),
        "empty": _("The file is empty. Film it again, or choose another."),
        "tooLarge": _("The film is {size}, and {most} is the most. Make it shorter on the phone, or choose 1080p."),
        "notFilm": _("This is not a film. Choose a file that the phone's camera has made."),
        "tooMany": _("Only the first {most} films were taken. Add the others when these are done."),
        "alreadyThere": _("{name} is in the list already."),
        "gone": _("The clip has been deleted."),
        "summary": _("{sent} of {total} sent, {ready} ready, {waiting} waiting for you."),
        "progressLabel": _("How much of {name} has been sent"),
        "convertLabel": _("How much of {name} has been converted"),
        "publish": _("Publish all ready ({count})"),
        "publishedAll": _("{count} published."),
    }
