// User Setup: the shared accounts, and who shares each.
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { AccountDetail } from '../accounts/accountDetail.js';
import { AccountEditor } from '../accounts/accountEditor.js';
import { useCommand } from '../api/useCommand.js';
import { useChosenName } from '../base/chosenName.js';
import { count } from '../base/format.js';
import { Dialog } from '../controls/dialog.js';
import { Notice, Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';

export function AccountsPage(): ReactNode {
  const chosen = useChosenName();
  const [, go] = useLocation();
  const accounts = useCommand('accounts.list', {}, ['settings']);
  const licence = useCommand('licence', {}, ['settings', 'licence', 'plugin']);
  const kinds = useCommand('accounts.kinds', {}, ['plugin']).data ?? [];
  const [adding, setAdding] = useState(false);
  const rows = accounts.data ?? [];
  const present = rows.find(({ account }) => account === chosen) ?? rows[0];
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
