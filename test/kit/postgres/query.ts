// Statements of a test itself, past the store.
import pg from 'pg';

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** What runs statements for as long as `clientOf` works. */
export interface QueryClient {
  query(text: string, values?: readonly unknown[]): Promise<Rows>;
}

/** Opens a connection for `work`, and closes it. */
export async function clientOf<T>(
  where: { readonly port: number; readonly user: string; readonly database: string },
  work: (client: QueryClient) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ host: '127.0.0.1', ...where });
  // An end of the server is heard of by the statement that it ends.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work({ query: async (text, values) => rowsOf(await client.query(text, values === undefined ? undefined : [...values])) });
  } finally {
    await client.end();
  }
}

/** Several statements in a text answer several results: the last one's rows count. */
function rowsOf(result: pg.QueryResult | readonly pg.QueryResult[]): Rows {
  const last = Array.isArray(result) ? (result as readonly pg.QueryResult[]).at(-1) : (result as pg.QueryResult);
  return (last?.rows ?? []) as Rows;
}
