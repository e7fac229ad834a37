// A wait that has an end, on whoever may stand still.

/** Rejects where the work takes longer; what it comes to later is nobody's business. */
export async function bounded<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  let limit: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(`${what} took longer than ${ms / 1000} s.`)), ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(limit);
  }
}
