// Logins and API: who is logged in, ADMIN1's password, access tokens for scripts.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AdminUiTokensRow } from '../answers.generated.js';
import { change, sentenceOf } from '../api/client.js';
import { session } from '../api/sessionStore.js';
import { useStore } from '../api/store.js';
import { useCommand } from '../api/useCommand.js';
import { fromNow, time } from '../base/format.js';
import { ActionButton } from '../controls/buttons.js';
import { SelectField, TextField } from '../controls/fields.js';
import { Badge, Notice, Problem } from '../controls/notices.js';
import { Card, Empty, Page } from '../controls/page.js';
import { TableFrame } from '../controls/tableFrame.js';

export function AccessPage(): ReactNode {
  return (
    <Page title="Logins and API" lead="Who can open this manager, and the scripts that may use the server.">
      <Sessions />
      <AdminPassword />
      <Tokens />
    </Page>
  );
}

function Sessions(): ReactNode {
  const { data, error, reload } = useCommand('admin-ui.sessions');
  const mine = useStore(session).session;
  return (
    <Card title="Logged in now">
      <Problem sentence={error} />
      <TableFrame label="Logins">
        <thead>
          <tr>
            <th>From</th>
            <th>Browser</th>
            <th>Since</th>
            <th>Last used</th>
            <th>Action</th>
          </tr>
        </thead>
        <tbody>
          {data?.map((row) => (
            <tr key={row.session}>
              <td>{row.address}</td>
              <td>{browserName(row.browser)}</td>
              <td className="tight">{time(row.since)}</td>
              <td className="tight">
                {fromNow(row.used)} {row.locked && <Badge tone="muted">locked</Badge>}
              </td>
              <td>
                {row.session === mine ? (
                  <span className="hint">this one</span>
                ) : (
                  <ActionButton act={() => change('admin-ui.revoke-session', { session: row.session }).finally(reload)}>
                    Log out
                  </ActionButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
    </Card>
  );
}

function AdminPassword(): ReactNode {
  const tokens = useCommand('admin-ui.tokens');
  const [revokeTokens, setRevokeTokens] = useState(true);
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [message, setMessage] = useState<{ readonly good: boolean; readonly text: string }>();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (password !== again) return setMessage({ good: false, text: 'The two passwords differ. Type the same one twice.' });
    try {
      const { revokedTokens } = await change('users.set-password', {
        account: 'admin1',
        password,
        revokeTokens,
      });
      setMessage({ good: true, text: changedSentence(revokedTokens ?? [], tokens.data ?? []) });
      tokens.reload();
      setPassword('');
      setAgain('');
    } catch (error) {
      setMessage({ good: false, text: sentenceOf(error) });
    }
  };
  return (
    <Card title="Password of ADMIN1">
      <form onSubmit={(event) => void save(event)}>
        {message !== undefined && <Notice kind={message.good ? 'good' : 'problem'}>{message.text}</Notice>}
        <div className="form-grid">
          <TextField label="New password" type="password" value={password} onChange={setPassword} required />
          <TextField label="The same again" type="password" value={again} onChange={setAgain} required />
        </div>
        {tokens.data !== undefined && tokens.data.length > 0 && (
          <label className="check">
            <input type="checkbox" checked={revokeTokens} onChange={(event) => setRevokeTokens(event.currentTarget.checked)} /> Take back
            the access tokens as well: {tokens.data.map(({ name }) => name).join(', ')}. Scripts that use them stop until they get new ones.
          </label>
        )}
        <button type="submit" className="button">
          Change the password
        </button>
      </form>
    </Card>
  );
}

function changedSentence(revoked: readonly string[], before: readonly AdminUiTokensRow[]): string {
  const changed = 'The password is changed. Every other login has ended.';
  if (revoked.length > 0) return `${changed} Access tokens were taken back: ${revoked.join(', ')}.`;
  return before.length === 0 ? changed : `${changed} These access tokens are still good: ${before.map(({ name }) => name).join(', ')}.`;
}

function Tokens(): ReactNode {
  const { data, error, reload } = useCommand('admin-ui.tokens');
  const [name, setName] = useState('');
  const [scope, setScope] = useState('read');
  const [made, setMade] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      const { token } = await change('admin-ui.create-token', { name, scopes: scope.split(' ') });
      setMade(token);
      setName('');
      setProblem(undefined);
    } catch (thrown) {
      setProblem(sentenceOf(thrown));
    }
    reload();
  };
  return (
    <Card title="API" actions={<a href="/api/openapi.json">OpenAPI description</a>}>
      <p>
        Every command is at <code>/api/commands/NAME</code>. A script sends its token as <code>Authorization: Bearer ...</code>
      </p>
      <Problem sentence={problem ?? error} />
      {made !== undefined && (
        <Notice kind="good" title="Keep the token now: it is not shown again.">
          <pre>{made}</pre>
        </Notice>
      )}
      {data?.length === 0 ? (
        <Empty title="No access tokens">Make one for each script, so that each can be taken back alone.</Empty>
      ) : (
        <TableFrame label="Access tokens">
          <thead>
            <tr>
              <th>Name</th>
              <th>May</th>
              <th>Last used</th>
              <th>Expires</th>
              <th>Action</th>
            </tr>
          </thead>
          <tbody>
            {data?.map((row) => (
              <tr key={row.token}>
                <td>{row.name}</td>
                <td>{row.scopes.join(', ')}</td>
                <td className="tight">{row.used === 'never' ? 'never' : fromNow(row.used)}</td>
                <td className="tight">
                  {new Date(row.expires).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}
                </td>
                <td>
                  <ActionButton kind="danger" act={() => change('admin-ui.revoke-token', { token: row.token }).finally(reload)}>
                    Take back
                  </ActionButton>
                </td>
              </tr>
            ))}
          </tbody>
        </TableFrame>
      )}
      <h3>New token</h3>
      <form onSubmit={(event) => void create(event)}>
        <div className="form-grid">
          <TextField label="What is it for?" value={name} onChange={setName} required />
          <SelectField
            label="It may"
            value={scope}
            onChange={setScope}
            options={[
              ['read', 'read everything'],
              ['read send-receive', 'read, and send/receive'],
              ['read outbox.* held.*', 'read, and handle Outbox and held mail'],
              ['write', 'do everything'],
            ]}
          />
        </div>
        <button type="submit" className="button">
          Make a token
        </button>
      </form>
    </Card>
  );
}

function browserName(agent: string): string {
  const known = /(Firefox|Edg|OPR|Chrome|Safari)\/[\d.]+/.exec(agent)?.[1];
  return known === undefined ? agent.slice(0, 40) || 'unknown' : ({ Edg: 'Edge', OPR: 'Opera' }[known] ?? known);
}
