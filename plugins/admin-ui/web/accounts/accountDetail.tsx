// One shared account: its servers, its login, its users, and what plugins want to know of it.
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { AccountsKindsRow, AccountsListRow } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { useCommand, useResource } from '../api/useCommand.js';
import { valuesAt } from '../api/valuesAt.js';
import { count, plainText } from '../base/format.js';
import { Confirm, Dialog } from '../controls/dialog.js';
import { Badge, Problem } from '../controls/notices.js';
import { Card } from '../controls/page.js';
import { ScopedSettings } from '../settings/scopedSettings.js';
import { UsersCard } from '../users/usersCard.js';
import { AccountAdvice } from './accountAdvice.js';
import { AccountEditor } from './accountEditor.js';
import { assignment, draftOf } from './accountFields.js';
import { AccountQuestions } from './accountQuestions.js';
import { KindSuggestion } from './kindSuggestion.js';
import { LoginTestButton } from './loginTest.js';

export function AccountDetail({
  row,
  kinds,
  userLimit,
  edition,
  onChange,
}: {
  readonly row: AccountsListRow;
  readonly kinds: readonly AccountsKindsRow[];
  readonly userLimit: number | undefined;
  readonly edition: string;
  readonly onChange: () => void;
}): ReactNode {
  const [, go] = useLocation();
  const settings = useResource('/api/settings', ['settings']);
  const users = useCommand('users.list', { account: row.account }, ['settings']);
  const [open, setOpen] = useState<'account' | 'remove'>();
  const [problem, setProblem] = useState<string>();
  const values = valuesAt(settings.data?.value, ['accounts', row.account]);
  const mine = users.data?.filter((user) => user.account === row.account) ?? [];
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
        <LoginTestButton
          account={row.account}
          whenIn={
            <>
              <KindSuggestion
                account={row.account}
                kind={row.kind}
                onChoose={(kind) => act('accounts.change', { account: row.account, set: [`kind=${kind}`] })}
              />
              <AccountAdvice key={row.kind} account={row.account} />
            </>
          }
        />
        <AccountQuestions
          account={row.account}
          kind={row.kind}
          values={values}
          onApply={(proposal) =>
            act('accounts.change', { account: row.account, set: Object.entries(proposal).map(([key, value]) => assignment(key, value)) })
          }
        />
        <ScopedSettings scope="account" path={['accounts', row.account]} kind={row.kind} title="More about this account" />
      </Card>
      <UsersCard account={row} settings={values} users={mine} limit={userLimit} edition={edition} onChange={done} />
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
    </div>
  );
}
