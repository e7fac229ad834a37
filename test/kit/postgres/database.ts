// A database of a test's cluster.
import { clientOf, type Rows } from './query.js';

/** The user that stores use: no superuser, as in service. It needs no password. */
export const OWNER = 'postroom';

/** How somebody comes in; whatever is left out is as usual. */
export interface Entrance {
  readonly user?: string;
  readonly password?: string;
  /** Of a proxy in front of the cluster. */
  readonly port?: number;
  /** As `{ sslmode: 'require' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export class ClusterDatabase {
  constructor(
    readonly name: string,
    private readonly cluster: { readonly port: number },
    private readonly end: () => Promise<void>,
  ) {}

  /** Its address, as a store is told it. */
  url({ user = OWNER, password, port = this.cluster.port, parameters = {} }: Entrance = {}): string {
    const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
    const query = new URLSearchParams(parameters).toString();
    return `postgres://${user}${secret}@127.0.0.1:${port}/${this.name}${query === '' ? '' : `?${query}`}`;
  }

  /** As the superuser, on a connection that this opens and closes. */
  query(text: string, values?: readonly unknown[]): Promise<Rows> {
    return clientOf({ port: this.cluster.port, user: 'postgres', database: this.name }, (client) => client.query(text, values));
  }

  /** With every connection to it, and all that was set for it. */
  drop(): Promise<void> {
    return this.end();
  }
}
