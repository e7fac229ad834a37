// Thrown where the session cannot go on but the round can: the rest of a message beyond the limit would have to be read.
export class SessionAbandoned extends Error {}
