// The Setup Wizard's second step: who shares the address.
import { type ReactNode, useState } from 'react';
import type { AccountsListRow } from '../answers.generated.js';
import { useCommand } from '../api/useCommand.js';
import { count } from '../base/format.js';
import { Notice } from '../controls/notices.js';
import { Card } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';
import { UserForm } from '../users/userForm.js';

export function UsersStep({ account, onChange }: { readonly account: AccountsListRow; readonly onChange: () => void }): ReactNode {
  const users = useCommand('users.list', { account: account.account }, ['settings']);
  const licence = useCommand('licence', {}, ['settings', 'licence']).data;
  const [inserted, setInserted] = useState(0);
  const mine = users.data?.filter((user) => user.account === account.account) ?? [];
  const limit = licence?.limits?.usersPerAccount;
  return (
    <div className="grid two">
      <Card title="Add a user">
        {limit !== undefined && mine.length >= limit ? (
          <Notice kind="info">
            {licence?.edition} allows {count(limit, 'user')} for each account; all are in use.
          </Notice>
        ) : (
          <UserForm
            key={inserted}
            account={account}
            colleagues={mine.map(({ user }) => user)}
            furtherNames={[]}
            onDone={() => {
              setInserted(inserted + 1);
              users.reload();
              onChange();
            }}
          />
        )}
      </Card>
      <Card title={`Who shares ${account.address}`}>
        <TableFrame label="Users">
          <thead>
            <tr>
              <th>User</th>
              <th>CC to</th>
            </tr>
          </thead>
          <tbody>
            {mine.map((user) => (
              <tr key={user.user}>
                <td>
                  <strong>{user.user}</strong>
                </td>
                <td>{user.cc.join(', ')}</td>
              </tr>
            ))}
            <tr>
              <td>PUBLIC1</td>
              <td className="hint">Mail to it goes to everybody.</td>
            </tr>
            <tr>
              <td>ADMIN1</td>
              <td className="hint">Gets what fits nobody.</td>
            </tr>
          </tbody>
        </TableFrame>
      </Card>
    </div>
  );
}
