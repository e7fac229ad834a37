// Mailboxes have numbers, so that UIDLs and history outlive a renaming. All names are kept in memory: there are as many as users.
import type { MailboxRef } from '@postroom/sdk';
import { accountOf, mailboxKey, mailboxRef, userKey } from '@postroom/sdk/store';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';

interface MailboxNameRow {
  readonly id: number;
  readonly account: string;
  readonly user: string;
}

export class MailboxNames {
  readonly #ids = new Map<string, number>();
  readonly #refs = new Map<number, MailboxRef>();
  readonly #creating = new Map<string, Promise<number>>();

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
  ) {}

  async load(): Promise<void> {
    const rows = await this.readers.all<MailboxNameRow>('SELECT id, account, user FROM mailbox');
    this.#ids.clear();
    this.#refs.clear();
    for (const row of rows) this.#learn(row.id, mailboxRef(row.account, row.user));
  }

  find(mailbox: MailboxRef): number | undefined {
    return this.#ids.get(mailboxKey(mailbox));
  }

  ref(id: number): MailboxRef {
    return this.#refs.get(id) ?? { account: undefined, user: `mailbox ${id}` };
  }

  /** Numbers of mailboxes whose name holds `text`, any case. */
  matching(text: string): readonly number[] {
    const wanted = text.toLowerCase();
    return [...this.#refs].filter(([, ref]) => `${ref.user}@${ref.account ?? ''}`.toLowerCase().includes(wanted)).map(([id]) => id);
  }

  /** The number of a mailbox, which is made on first use. */
  async idOf(mailbox: MailboxRef): Promise<number> {
    const key = mailboxKey(mailbox);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    let creating = this.#creating.get(key);
    if (creating === undefined) {
      creating = this.#create(mailbox).finally(() => this.#creating.delete(key));
      this.#creating.set(key, creating);
    }
    return creating;
  }

  /** Gives a mailbox another name. Where that name has a mailbox already, both become one. */
  async rename(from: MailboxRef, to: MailboxRef): Promise<void> {
    const id = this.find(from);
    if (id === undefined) return;
    const other = this.find(to);
    await this.queue.write({
      run: async (writer) => {
        if (other === undefined || other === id) {
          await writer.run('UPDATE mailbox SET account = ?, user = ?, user_key = ? WHERE id = ?', [
            accountOf(to),
            to.user,
            userKey(to),
            id,
          ]);
        } else {
          await writer.run('UPDATE placement SET mailbox_id = ? WHERE mailbox_id = ?', [other, id]);
          await writer.run('DELETE FROM mailbox WHERE id = ?', [id]);
        }
      },
      committed: () => {
        this.#ids.delete(mailboxKey(from));
        this.#refs.delete(id);
        this.#learn(other ?? id, to);
      },
    });
  }

  async #create(mailbox: MailboxRef): Promise<number> {
    let id = 0;
    await this.queue.write({
      run: async (writer) => {
        const row = await writer.get<{ id: number }>('INSERT INTO mailbox (account, user, user_key) VALUES (?, ?, ?) RETURNING id', [
          accountOf(mailbox),
          mailbox.user,
          userKey(mailbox),
        ]);
        id = row?.id ?? 0;
      },
      committed: () => this.#learn(id, mailbox),
    });
    return id;
  }

  #learn(id: number, mailbox: MailboxRef): void {
    this.#ids.set(mailboxKey(mailbox), id);
    this.#refs.set(id, Object.freeze({ account: mailbox.account, user: mailbox.user }));
  }
}
