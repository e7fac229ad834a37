// Rows of a table that may be larger than memory, in the order of a key.

export const PAGE = 1_000;

/** `ask` answers the rows behind the given one, `PAGE` of them at most; the first ones where none is given. */
export async function* pagesOf<R>(ask: (last: R | undefined) => Promise<readonly R[]>): AsyncGenerator<readonly R[]> {
  for (let last: R | undefined; ; ) {
    const rows = await ask(last);
    if (rows.length > 0) yield rows;
    last = rows.at(-1);
    if (rows.length < PAGE) return;
  }
}

/** The same, row by row. */
export async function* paged<R>(ask: (last: R | undefined) => Promise<readonly R[]>): AsyncGenerator<R> {
  for await (const rows of pagesOf(ask)) yield* rows;
}
