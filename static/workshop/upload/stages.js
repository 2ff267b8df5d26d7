// The stages of a film that something depends on; `clips/upload_texts.py` has the words for each.

// Nothing more will happen by itself.
export const OVER = ["refused", "cancelled", "ready", "failed", "published"];

// Somebody has to choose, mend or answer something.
export const NEEDS_SOMEBODY = [
  "again",
  "elsewhere",
  "unreadable",
  "needsExercise",
  "needsMade",
  "refused",
  "failed",
  "signedOut",
];

// Answers of the server to an upload that trying again does not change.
export const REFUSALS = [400, 413, 415, 431, 507];
