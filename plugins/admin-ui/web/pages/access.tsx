// Logins and API: who is logged in, ADMIN1's password, access tokens for scripts.
import { type FormEvent, type ReactNode, useState } from 'react';
import { change, sentenceOf } from '../api/client.js';
import { session } from '../api/sessionStore.js';
import { useStore } from '../api/store.js';
import { useCommand } from '../api/useCommand.js';
import { ActionButton, Badge, Card, Empty, Notice, Page, Problem, SelectField, TableFrame, TextField } from '../parts/basics.js';
import { fromNow, time } from '../parts/format.js';

interface SessionRow {
  readonly session: string;
  readonly since: string;
  readonly used: string;
  readonly address: string;
  readonly browser: string;
  readonly locked: boolean;
}
interface TokenRow {
  readonly token: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created: string;
  readonly expires: string;
}

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
  const { data, error, reload } = useCommand<readonly SessionRow[]>('admin-ui.sessions');
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
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [message, setMessage] = useState<{ readonly good: boolean; readonly text: string }>();
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (password !== again) return setMessage({ good: false, text: 'The two passwords differ. Type the same one twice.' });
    try {
      await change('users.set-password', { account: 'admin1', password });
      setMessage({ good: true, text: 'The password is changed. Every other login has ended.' });
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
        <button type="submit" className="button">
          Change the password
        </button>
      </form>
    </Card>
  );
}

function Tokens(): ReactNode {
  const { data, error, reload } = useCommand<readonly TokenRow[]>('admin-ui.tokens');
  const [name, setName] = useState('');
  const [scope, setScope] = useState('read');
  const [made, setMade] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      const { token } = await change<{ readonly token: string }>('admin-ui.create-token', { name, scopes: scope.split(' ') });
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
              <th>Expires</th>
              <th>Action</th>
            </tr>
          </thead>
          <tbody>
            {data?.map((row) => (
              <tr key={row.token}>
                <td>{row.name}</td>
                <td>{row.scopes.join(', ')}</td>
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
