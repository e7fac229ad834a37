// Things that must fail, in tests.

/** The error of something that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<{ readonly code?: unknown; readonly message: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}
