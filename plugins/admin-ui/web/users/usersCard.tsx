// Who shares an account: insert, modify, delete. PUBLIC1 and ADMIN1 are always there.
import { type ReactNode, useState } from 'react';
import type { AccountsListRow, UsersListRow } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { valuesAt } from '../api/valuesAt.js';
import { count } from '../base/format.js';
import { Confirm, Dialog } from '../controls/dialog.js';
import { Badge, Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';
import { ScopedSettings } from '../settings/scopedSettings.js';
import { hasBccAddress } from './bccColleagues.js';
import { UserForm } from './userForm.js';

/** `settings`: the account's part of them. `limit`: users that the edition allows. */
export function UsersCard({
  account,
  settings,
  users,
  limit,
  edition,
  onChange,
}: {
  readonly account: AccountsListRow;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly users: readonly UsersListRow[];
  readonly limit: number | undefined;
  readonly edition: string;
  readonly onChange: () => void;
}): ReactNode {
  const [open, setOpen] = useState<'insert' | { readonly modify: UsersListRow } | { readonly remove: UsersListRow }>();
  const [problem, setProblem] = useState<string>();
  const full = limit !== undefined && users.length >= limit;
  const isDomain = account.kind === 'domain';
  const hasBcc = users.some(({ bccAddress }) => bccAddress !== undefined);
  const modified = typeof open === 'object' && 'modify' in open ? open.modify : undefined;
  const removed = typeof open === 'object' && 'remove' in open ? open.remove : undefined;
  const done = (): void => {
    setOpen(undefined);
    setProblem(undefined);
    onChange();
  };
  const remove = async (user: string): Promise<void> => {
    try {
      await change('users.remove', { account: account.account, user });
      done();
    } catch (error) {
      setOpen(undefined);
      setProblem(sentenceOf(error));
    }
  };
  return (
    <Card
      title={`${count(users.length, 'user')}${limit === undefined ? '' : ` of ${limit}`}`}
      actions={
        <button type="button" className="button primary" disabled={full} onClick={() => setOpen('insert')}>
          Insert a user
        </button>
      }
    >
      <Problem sentence={problem} />
      {full && (
        <p className="hint">
          {edition} allows {count(limit, 'user')} for each account. ADMIN1 and PUBLIC1 do not count.
        </p>
      )}
      <TableFrame label="Users">
        <thead>
          <tr>
            <th>User</th>
            <th>{hasBcc ? 'Mail address, and the one for Bcc' : 'Mail address'}</th>
            <th>CC to</th>
            <th>Password</th>
            <th>Actions</th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.user}>
              <td>
                <strong>{user.user}</strong>
              </td>
              <td>
                <span className="address">{isDomain ? user.addresses[0] : `${user.user} <${account.address}>`}</span>
                {user.bccAddress !== undefined && (
                  <div className="hint">
                    <span className={hasBccAddress(user) ? 'address' : ''}>{user.bccAddress}</span>
                  </div>
                )}
              </td>
              <td>{user.cc.join(', ')}</td>
              <td>{user.password === 'set' ? <Badge tone="good">set</Badge> : <Badge tone="problem">not set</Badge>}</td>
              <td>
                <div className="actions">
                  <button type="button" className="button" onClick={() => setOpen({ modify: user })} aria-label={`Modify ${user.user}`}>
                    Modify
                  </button>
                  <button
                    type="button"
                    className="button danger"
                    onClick={() => setOpen({ remove: user })}
                    aria-label={`Delete ${user.user}`}
                  >
                    Delete
                  </button>
                </div>
              </td>
            </tr>
          ))}
          <tr>
            <td>PUBLIC1</td>
            <td className="address">{isDomain ? `public1@${account.address.split('@')[1] ?? ''}` : `public <${account.address}>`}</td>
            <td colSpan={3} className="hint">
              Mail to it goes to everybody here. It cannot be deleted.
            </td>
          </tr>
          <tr>
            <td>ADMIN1</td>
            <td colSpan={4} className="hint">
              The administrator gets what no rule could place. It cannot be deleted.
            </td>
          </tr>
        </tbody>
      </TableFrame>
      {hasBcc && (
        <p className="hint">
          To send a colleague a blind copy, write the second address: mail programs leave the name in front of the shared one out of Bcc,
          and nobody would get it. It stands on the client sheets, too.
        </p>
      )}
      {(open === 'insert' || modified !== undefined) && (
        <Dialog title={modified === undefined ? 'Insert a user' : `Modify ${modified.user}`} onClose={() => setOpen(undefined)}>
          <UserForm
            account={account}
            user={modified}
            colleagues={users.map(({ user }) => user).filter((name) => name !== modified?.user)}
            furtherNames={furtherNames(settings, modified?.user, account.kind)}
            onDone={done}
          />
          {modified !== undefined && (
            <ScopedSettings
              scope="user"
              path={['accounts', account.account, 'users', modified.user]}
              kind={account.kind}
              title={`More about ${modified.user}`}
            />
          )}
        </Dialog>
      )}
      {removed !== undefined && (
        <Confirm
          title={`Delete ${removed.user}?`}
          question="The user can no longer log in, and mail for this name goes to ADMIN1. Stored mail stays."
          yes="Delete the user"
          onClose={() => setOpen(undefined)}
          onYes={() => void remove(removed.user)}
        />
      )}
    </Card>
  );
}

function furtherNames(account: Readonly<Record<string, unknown>>, user: string | undefined, kind: string): readonly string[] {
  if (user === undefined) return [];
  return (valuesAt(account, ['users', user])[kind === 'domain' ? 'aliases' : 'names'] ?? []) as readonly string[];
}
