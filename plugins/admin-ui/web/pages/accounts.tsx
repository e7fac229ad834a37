// User Setup: the shared accounts, and who shares each.
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import type { AccountRow, Contributions, LicenceAnswer, SettingsShown, UserRow } from '../api/answers.js';
import { change, sentenceOf } from '../api/client.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { type AccountDraft, assignments, EMPTY_ACCOUNT } from '../parts/accountFields.js';
import { AccountForm } from '../parts/accountForm.js';
import { Badge, Card, Empty, Notice, Page, Problem, TableFrame } from '../parts/basics.js';
import { Confirm, Dialog } from '../parts/dialog.js';
import { count, plainText } from '../parts/format.js';
import { LoginTestButton } from '../parts/loginTest.js';
import { UserForm } from '../parts/userForm.js';

export function AccountsPage(): ReactNode {
  const { account: chosen } = useParams<{ account?: string }>();
  const [, go] = useLocation();
  const accounts = useCommand<readonly AccountRow[]>('accounts.list', {}, ['settings']);
  const licence = useCommand<LicenceAnswer>('licence', {}, ['settings', 'licence', 'plugin']);
  const kinds = useResource<Contributions>('/api/contributions', ['plugin']).data?.accountKinds ?? [];
  const [adding, setAdding] = useState(false);
  const rows = accounts.data ?? [];
  const present = rows.find(({ account }) => account === (chosen === undefined ? undefined : decodeURIComponent(chosen))) ?? rows[0];
  const limit = licence.data?.limits?.accounts;
  const full = limit !== undefined && rows.length >= limit;
  const reload = (): void => {
    accounts.reload();
    licence.reload();
  };
  return (
    <Page
      title="Accounts and users"
      lead="The mailboxes at your ISP that are shared, and the people who share them."
      actions={
        <button type="button" className="button primary" disabled={full} onClick={() => setAdding(true)}>
          Add an account
        </button>
      }
    >
      <Problem sentence={accounts.error} />
      {full && (
        <Notice kind="info">
          {licence.data?.edition} shares {count(limit, 'account')}; all are in use. <Link href="/plugins">Another edition</Link> shares
          more.
        </Notice>
      )}
      {rows.length === 0 && accounts.data !== undefined && (
        <Card>
          <Empty title="No account is shared yet">
            The <Link href="/setup">Setup Wizard</Link> asks for everything in order.
          </Empty>
        </Card>
      )}
      {present !== undefined && (
        <div className="split">
          <Card title="Accounts">
            <ul className="master">
              {rows.map((row) => (
                <li key={row.account}>
                  <Link
                    href={`/accounts/${encodeURIComponent(row.account)}`}
                    className={row === present ? 'master-link current' : 'master-link'}
                    aria-current={row === present ? 'true' : undefined}
                  >
                    <strong>{row.account}</strong>
                    <span className="hint">{row.address}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </Card>
          <AccountDetail
            key={present.account}
            row={present}
            kinds={kinds}
            userLimit={licence.data?.limits?.usersPerAccount}
            edition={licence.data?.edition ?? ''}
            onChange={reload}
          />
        </div>
      )}
      {adding && (
        <Dialog title="Add an account" wide onClose={() => setAdding(false)}>
          <AccountEditor
            kinds={kinds}
            onDone={(id) => {
              setAdding(false);
              reload();
              go(`/accounts/${encodeURIComponent(id)}`);
            }}
          />
        </Dialog>
      )}
    </Page>
  );
}

function AccountEditor({
  kinds,
  present,
  onDone,
}: {
  readonly kinds: Contributions['accountKinds'];
  readonly present?: AccountDraft;
  readonly onDone: (id: string) => void;
}): ReactNode {
  const [draft, setDraft] = useState<AccountDraft>(present ?? EMPTY_ACCOUNT);
  const [problem, setProblem] = useState<string>();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await saveAccount(draft, present === undefined);
      onDone(draft.id);
    } catch (error) {
      setProblem(sentenceOf(error));
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Problem sentence={problem} />
      <AccountForm draft={draft} onChange={setDraft} kinds={kinds} isNew={present === undefined} />
      <div className="actions end">
        <button type="submit" className="button primary">
          {present === undefined ? 'Add' : 'Save'}
        </button>
      </div>
    </form>
  );
}

/** Adds or changes the account, and sets its password where one was typed. */
export async function saveAccount(draft: AccountDraft, isNew: boolean): Promise<void> {
  const { id, kind, address, password } = draft;
  const set = assignments(draft);
  if (isNew) await change('accounts.add', { account: id, address, kind, set: set.filter((each) => !each.endsWith('=')) });
  else await change('accounts.change', { account: id, set: [`address=${address}`, `kind=${kind}`, ...set] });
  if (password !== '') await change('accounts.set-password', { account: id, password });
}

function AccountDetail({
  row,
  kinds,
  userLimit,
  edition,
  onChange,
}: {
  readonly row: AccountRow;
  readonly kinds: Contributions['accountKinds'];
  readonly userLimit: number | undefined;
  readonly edition: string;
  readonly onChange: () => void;
}): ReactNode {
  const [, go] = useLocation();
  const settings = useResource<SettingsShown>('/api/settings', ['settings']);
  const users = useCommand<readonly UserRow[]>('users.list', { account: row.account }, ['settings']);
  const [open, setOpen] = useState<'account' | 'remove' | 'insert' | { readonly modify: UserRow } | { readonly remove: UserRow }>();
  const [problem, setProblem] = useState<string>();
  const values = entryOf(settings.data?.value, row.account);
  const mine = users.data?.filter((user) => user.account === row.account) ?? [];
  const full = userLimit !== undefined && mine.length >= userLimit;
  const done = (): void => {
    setOpen(undefined);
    setProblem(undefined);
    users.reload();
    settings.reload();
    onChange();
  };
  const act = async (command: string, args: object): Promise<void> => {
    try {
      await change(command, args);
      done();
    } catch (error) {
      setOpen(undefined);
      setProblem(sentenceOf(error));
    }
  };
  return (
    <div>
      <Card
        title={row.account}
        actions={
          <>
            <Link href={`/sheets/${encodeURIComponent(row.account)}`} className="button">
              Client sheets
            </Link>
            <button type="button" className="button" onClick={() => setOpen('account')}>
              Change
            </button>
            <button type="button" className="button danger" onClick={() => setOpen('remove')}>
              Delete
            </button>
          </>
        }
      >
        <Problem sentence={problem} />
        <p>
          <span className="address">{row.address}</span>{' '}
          <Badge tone="info">{kinds.find(({ kind }) => kind === row.kind)?.title ?? row.kind}</Badge>{' '}
          {row.passwords.length === 0 && <Badge tone="problem">no password set</Badge>}
        </p>
        <p className="hint">
          POP3 {plainText(values['pop3.host'] ?? '-')} ({plainText(values['pop3.security'] ?? 'tls')}), SMTP{' '}
          {plainText(values['smtp.host'] ?? '-')} ({plainText(values['smtp.security'] ?? 'tls')})
        </p>
        <LoginTestButton account={row.account} />
      </Card>
      <Card
        title={`${count(mine.length, 'user')}${userLimit === undefined ? '' : ` of ${userLimit}`}`}
        actions={
          <button type="button" className="button primary" disabled={full} onClick={() => setOpen('insert')}>
            Insert a user
          </button>
        }
      >
        {full && (
          <p className="hint">
            {edition} allows {count(userLimit, 'user')} for each account. ADMIN1 and PUBLIC1 do not count.
          </p>
        )}
        <TableFrame label="Users">
          <thead>
            <tr>
              <th>User</th>
              <th>Mail address</th>
              <th>CC to</th>
              <th>Password</th>
              <th>Actions</th>
            </tr>
          </thead>
          <tbody>
            {mine.map((user) => (
              <tr key={user.user}>
                <td>
                  <strong>{user.user}</strong>
                </td>
                <td className="address">{row.kind === 'domain' ? user.addresses[0] : `${user.user} <${row.address}>`}</td>
                <td>{user.cc.join(', ')}</td>
                <td>{user.password === 'set' ? <Badge tone="good">set</Badge> : <Badge tone="problem">none: cannot log in</Badge>}</td>
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
              <td className="address">
                {row.kind === 'domain' ? `public1@${row.address.split('@')[1] ?? ''}` : `public <${row.address}>`}
              </td>
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
      </Card>
      {open === 'account' && (
        <Dialog title={`Change ${row.account}`} wide onClose={() => setOpen(undefined)}>
          <AccountEditor kinds={kinds} present={draftOf(row, values)} onDone={done} />
        </Dialog>
      )}
      {open === 'remove' && (
        <Confirm
          title={`Stop sharing ${row.account}?`}
          question={`Its ${count(mine.length, 'user')} can no longer log in, and no mail is collected. Mail that is stored stays.`}
          yes="Delete the account"
          onClose={() => setOpen(undefined)}
          onYes={() => void act('accounts.remove', { account: row.account }).then(() => go('/accounts'))}
        />
      )}
      {(open === 'insert' || (typeof open === 'object' && 'modify' in open)) && (
        <Dialog title={open === 'insert' ? 'Insert a user' : `Modify ${open.modify.user}`} onClose={() => setOpen(undefined)}>
          <UserForm
            account={row}
            user={open === 'insert' ? undefined : open.modify}
            colleagues={mine.map(({ user }) => user).filter((name) => open === 'insert' || name !== open.modify.user)}
            furtherNames={open === 'insert' ? [] : furtherNames(values, open.modify.user, row.kind)}
            onDone={done}
          />
        </Dialog>
      )}
      {typeof open === 'object' && 'remove' in open && (
        <Confirm
          title={`Delete ${open.remove.user}?`}
          question="The user can no longer log in, and mail for this name goes to ADMIN1. Stored mail stays."
          yes="Delete the user"
          onClose={() => setOpen(undefined)}
          onYes={() => void act('users.remove', { account: row.account, user: open.remove.user })}
        />
      )}
    </div>
  );
}

type Values = Readonly<Record<string, unknown>>;

function entryOf(settings: Values | undefined, account: string): Values {
  return ((settings?.['accounts'] ?? {}) as Record<string, Values>)[account] ?? {};
}

function furtherNames(account: Values, user: string, kind: string): readonly string[] {
  const entry = ((account['users'] ?? {}) as Record<string, Values>)[user] ?? {};
  return (entry[kind === 'domain' ? 'aliases' : 'names'] ?? []) as readonly string[];
}

function draftOf(row: AccountRow, values: Values): AccountDraft {
  const text = (key: string): string => (values[key] === undefined || values[key] === 0 ? '' : plainText(values[key]));
  return {
    id: row.account,
    kind: row.kind,
    address: row.address,
    loginName: text('pop3.user') || (row.address.split('@')[0] ?? ''),
    pop3Host: text('pop3.host'),
    smtpHost: text('smtp.host'),
    pop3Security: text('pop3.security') || 'tls',
    smtpSecurity: text('smtp.security') || 'tls',
    pop3Port: text('pop3.port'),
    smtpPort: text('smtp.port'),
    password: '',
  };
}
