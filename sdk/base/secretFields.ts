// Names of fields that hold secrets.

/** Blanked in logs wherever they turn up. */
export const SECRET_FIELDS: readonly string[] = ['password', 'pass', 'secret', 'token', 'authorization'];
