// Mailboxes have numbers, so that UIDLs and history outlive a renaming. A number is looked up in the statement that needs it: another server may rename.
import type { MailboxRef } from '@postroom/sdk';
import { accountOf, mailboxKey, mailboxRef, userKey } from '@postroom/sdk/store';
import { texts } from '../engine/binaryArrays.js';
import type { Database, Statements } from '../engine/database.js';
import { DatabaseError } from '../engine/sentences.js';

/** A mailbox's name as its row has it. */
export interface MailboxName {
  /** '' is ADMIN1's. */
  readonly account: string;
  readonly user_name: string;
}

export function mailboxOfRow({ account, user_name }: MailboxName): MailboxRef {
  return mailboxRef(account, user_name);
}

/** Values: account, user_key. */
export const MAILBOX_ID = 'SELECT id FROM mailbox WHERE account = $1 AND user_key = $2';

export class Mailboxes {
  /** Names that have been seen to have a mailbox: it need not be made. Each statement looks whether there still is one. */
  readonly #seen = new Set<string>();
  readonly #wanted = new Map<string, MailboxRef>();
  #making: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  async find(mailbox: MailboxRef): Promise<number | undefined> {
    return (await this.database.rows<{ id: number }>(MAILBOX_ID, [accountOf(mailbox), userKey(mailbox)]))[0]?.id;
  }

  /** Makes those that there are not, on first use. Who asks first goes on first. */
  async make(mailboxes: readonly MailboxRef[]): Promise<void> {
    const missing = mailboxes.filter((mailbox) => !this.#seen.has(mailboxKey(mailbox)));
    while (!missing.every((mailbox) => this.#seen.has(mailboxKey(mailbox)))) {
      for (const mailbox of missing) this.#wanted.set(mailboxKey(mailbox), mailbox);
      this.#making ??= this.#makeWanted().finally(() => {
        this.#making = undefined;
      });
      await this.#making;
    }
  }

  async #makeWanted(): Promise<void> {
    // What is asked for in the same turn goes along.
    await Promise.resolve();
    const wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    await this.database.write(
      `INSERT INTO mailbox (account, user_name, user_key)
        SELECT account, user_name, user_key FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (account, user_name, user_key)
          WHERE NOT EXISTS (SELECT 1 FROM mailbox WHERE mailbox.account = wanted.account AND mailbox.user_key = wanted.user_key)
          ORDER BY account, user_key
        ON CONFLICT (account, user_key) DO NOTHING`,
      [texts(wanted.map(accountOf)), texts(wanted.map(({ user }) => user)), texts(wanted.map(userKey))],
    );
    for (const mailbox of wanted) this.#seen.add(mailboxKey(mailbox));
  }

  /** One that was there has been renamed. */
  forget(mailboxes: readonly MailboxRef[]): void {
    for (const mailbox of mailboxes) this.#seen.delete(mailboxKey(mailbox));
  }

  /** Gives a mailbox another name. Where that name has a mailbox already, both become one. */
  async rename(from: MailboxRef, to: MailboxRef): Promise<void> {
    try {
      await this.database.transaction((statements) => rename(statements, from, to));
    } catch (error) {
      // The new name got its mailbox just now.
      if (!(error instanceof DatabaseError && error.state === UNIQUE_VIOLATION)) throw error;
      await this.database.transaction((statements) => rename(statements, from, to));
    }
    this.forget([from]);
  }
}

const UNIQUE_VIOLATION = '23505';

async function rename(statements: Statements, from: MailboxRef, to: MailboxRef): Promise<void> {
  // Whoever places a copy in one of them has a hold on its row until its commit: from here on there are none.
  const rows = await statements.rows<{ id: number; account: string; user_key: string }>(
    `SELECT id, account, user_key FROM mailbox WHERE (account = $1 AND user_key = $2) OR (account = $3 AND user_key = $4) ORDER BY id FOR UPDATE`,
    [accountOf(from), userKey(from), accountOf(to), userKey(to)],
  );
  const idOf = (mailbox: MailboxRef): number | undefined =>
    rows.find((row) => row.account === accountOf(mailbox) && row.user_key === userKey(mailbox))?.id;
  const [id, other] = [idOf(from), idOf(to)];
  if (id === undefined) return;
  if (other === undefined || other === id) {
    await statements.run('UPDATE mailbox SET account = $1, user_name = $2, user_key = $3 WHERE id = $4', [
      accountOf(to),
      to.user,
      userKey(to),
      id,
    ]);
    return;
  }
  await statements.run('UPDATE placement SET mailbox_id = $1 WHERE mailbox_id = $2', [other, id]);
  await statements.run('DELETE FROM mailbox WHERE id = $1', [id]);
}
